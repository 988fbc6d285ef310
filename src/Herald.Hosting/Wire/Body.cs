using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Herald.Hosting.Wire;

/// <summary>A request's JSON body, read strictly: all unknown, duplicate, missing and mistyped fields are refused together.</summary>
public sealed record Body<T>(T Value) : IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : class
{
#pragma warning disable CA1000 // The framework calls these two through interfaces.
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var budget = context.RequestServices.GetRequiredService<BodyBudget>();
        using var json = await JsonBody.ReadAsync(context.Request, MediaType.Json, budget);
        return new(
            JsonBody.To<T>(json.RootElement, context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata([MediaTypes.Json], typeof(T)));
#pragma warning restore CA1000
}

/// <summary>Reads bodies into JSON and JSON into wire types. It throws a <see cref="ProblemException"/> for what does not fit.</summary>
public static class JsonBody
{
    /// <summary>All bodies except events are small.</summary>
    private const int MaxBytes = 1 << 20;

    public static async ValueTask<JsonDocument> ReadAsync(HttpRequest request, MediaType expected, BodyBudget budget)
    {
        var media = MediaTypes.Of(request.ContentType);
        if ((media != expected && media != MediaType.Json) || request.Headers.ContentEncoding.Count > 0)
            throw new ProblemException(
                new(
                    ProblemKind.UnsupportedMediaType,
                    $"Send {(expected == MediaType.MergePatch ? MediaTypes.MergePatch : MediaTypes.Json)} in UTF-8, not compressed."));
        // The objects that are read from the body live until the request is answered.
        var share = new BodyShare(budget);
        request.HttpContext.Response.RegisterForDispose(share);
        var (body, problem) = await BodyBuffer.ReadAsync(request, share, MaxBytes);
        try
        {
            if (problem is not null)
                throw new ProblemException(problem);
            if (body.Bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
                throw new ProblemException(new(ProblemKind.EmptyBody, "Send a JSON object."));
            if (!Utf8.IsValid(body.Bytes.Span))
                throw new ProblemException(new(ProblemKind.MalformedJson, "The body is not UTF-8."));
            if (TextCheck.Find(body.Bytes.Span) is { } noText)
                throw new ProblemException(Problem.Invalid([noText]));
            return JsonDocument.Parse(body.Bytes.ToArray());
        }
        catch (JsonException e)
        {
            throw new ProblemException(
                new(ProblemKind.MalformedJson, $"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: not valid JSON from here."));
        }
        finally
        {
            body.Dispose();
        }
    }

    /// <summary>The first duplicate field, at any depth.</summary>
    public static FieldProblem? FindDouble(JsonElement json, string pointer)
    {
        if (json.ValueKind == JsonValueKind.Array)
            return json.EnumerateArray().Select(
                (item, i) => item.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? FindDouble(item, $"{pointer}/{i}") : null)
                .FirstOrDefault(p => p is not null);
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                return ShapeCheck.Problem(ShapeCheck.Step(pointer, member.Name), member.Value, "Give each field only once.");
            if (member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object && FindDouble(member.Value, ShapeCheck.Step(pointer, member.Name)) is { } deeper)
                return deeper;
        }
        return null;
    }

    public static T To<T>(JsonElement json, JsonSerializerOptions options)
        where T : class
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var found = new ProblemList();
        ShapeCheck.Check(json, type, "", found);
        if (found.Count > 0)
            throw new ProblemException(Problem.Invalid(found));
        try
        {
            return json.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            // The check above should have found it. Only the path of the exception is fit to be shown.
            throw new ProblemException(
                Problem.Invalid([new((e.Path ?? "$").Replace('.', '/').TrimStart('$'), "", "The value is not valid for this field.")]));
        }
    }
}
