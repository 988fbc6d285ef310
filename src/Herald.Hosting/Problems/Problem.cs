using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Herald.Engine.Basics;
using Microsoft.AspNetCore.Http;

namespace Herald.Hosting.Problems;

/// <summary>
/// A failure as an answer (RFC 9457), with a stable code. If fields are at fault, each is listed with its value and rule.
/// </summary>
public sealed record Problem(ProblemKind Kind, string Detail, IReadOnlyList<FieldProblem> Errors) : IResult
{
    /// <summary>Maximum errors in the list. The detail counts all of them.</summary>
    public const int MostErrors = 100;
    public const string ContentType = "application/problem+json";

    public Problem(ProblemKind kind, string detail) : this(kind, detail, []) { }

    /// <summary>Seconds after which the caller can try again.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Differs from the status of the kind only where another layer has chosen the status.</summary>
    public int Status { get; init; } = Kind.Status;

    /// <summary>Writes further members after the standard ones.</summary>
    public Action<Utf8JsonWriter>? More { get; init; }

    public static Problem Invalid(IReadOnlyList<FieldProblem> errors) => Invalid(errors, errors.Count);

    private static Problem Invalid(IReadOnlyList<FieldProblem> errors, int count) => new(
        ProblemKind.InvalidRequest,
        count == 1
            ? $"{Where(errors[0])}{errors[0].Rule}"
            : $"{count} fields are not valid{(count > errors.Count ? $"; the first {errors.Count} are listed" : "")}.",
        errors);

    public static Problem Invalid(ProblemList found) => Invalid(found.Shown, found.Count);

    public static Problem Invalid(string pointer, string? value, string rule) => Invalid([FieldProblem.Of(pointer, value, rule)]);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json);
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (Kind == ProblemKind.Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(body.WrittenMemory, httpContext.RequestAborted);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Kind.Type);
        json.WriteString("title"u8, Kind.Title);
        json.WriteNumber("status"u8, Status);
        json.WriteString("detail"u8, Detail);
        json.WriteString("code"u8, Kind.Code);
        if (Errors.Count > 0)
        {
            json.WriteStartArray("errors"u8);
            for (var i = 0; i < Math.Min(Errors.Count, MostErrors); i++)
                WriteError(json, Errors[i]);
            json.WriteEndArray();
        }
        More?.Invoke(json);
        json.WriteEndObject();
    }

    public static void WriteError(Utf8JsonWriter json, FieldProblem error)
    {
        json.WriteStartObject();
        json.WriteString("pointer"u8, error.Pointer);
        json.WriteString("value"u8, error.Value);
        json.WriteString("rule"u8, error.Rule);
        json.WriteEndObject();
    }

    private static string Where(FieldProblem error) => error.Pointer.Length == 0 ? "" : $"{error.Pointer}: ";
}
