using System.Net;
using System.Text;
using System.Text.Json;
using Herald.Engine.Stores;
using Herald.Hosting.Problems;
using Herald.Server.Problems;
using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Server.Tests.Problems;

public sealed class ProblemTests(RunningServer server)
{
    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1")]
    [InlineData("/v1/topics/a/b/c")]
    [InlineData("/v2/topics")]
    public async Task An_unknown_address_is_a_problem(string path) => (await server.GetAsync(path)).IsProblem(404, "route-not-found");

    [Theory]
    [InlineData("DELETE", "/v1/topics")]
    [InlineData("POST", "/v1/topics/a")]
    [InlineData("PUT", "/v1/topics/a/events")]
    [InlineData("POST", "/healthz")]
    public async Task A_method_that_does_not_fit_is_a_problem(string method, string path)
    {
        var answer = (await server.SendAsync(new HttpMethod(method), path, null, "", [])).IsProblem(405, "method-not-allowed");
        Assert.NotEmpty(answer.Headers["Allow"]);
    }

    [Fact]
    public async Task A_large_body_elsewhere_is_413() =>
        (await server.PutAsync("/v1/subscriptions/s", $$"""{"topic":"{{new string('x', 2 << 20)}}"}""")).IsProblem(413, "body-too-large");

    [Fact]
    public async Task Another_media_type_is_415() =>
        (await server.SendAsync(HttpMethod.Put, "/v1/subscriptions/s", "{}", "text/plain", [])).IsProblem(415, "unsupported-media-type");

    [Fact]
    public async Task An_exception_nobody_foresaw_tells_nothing_of_itself()
    {
        var answer = await ThrowAsync(new InvalidOperationException("the password is hunter2"));
        answer.IsProblem(500, "internal-error");
        Assert.DoesNotContain("hunter2", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_503()
    {
        var answer = (await ThrowAsync(new StoreUnavailableException("disk"))).IsProblem(503, "store-unavailable");
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task Of_a_body_that_is_wrong_throughout_the_first_hundred_places_are_listed_and_the_rest_is_counted()
    {
        var fields = string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"f{i}\":1"));
        var answer = (await server.PutAsync("/v1/subscriptions/s", $"{{\"topic\":\"t\",\"endpoint\":\"http://127.0.0.1:1/\",{fields}}}")).IsProblem(400, "invalid-request");
        using var json = JsonDocument.Parse(answer.Text);
        Assert.Equal(100, json.RootElement.GetProperty("errors").GetArrayLength());
        Assert.Equal("50000 fields are not valid; the first 100 are listed.", json.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_long_name_is_not_repeated_for_each_thing_that_is_wrong_below_it()
    {
        var values = string.Join(',', Enumerable.Repeat("1", 100_000));
        var body = $$"""{"topic":"t","endpoint":"http://127.0.0.1:1/","filter":{"{{new string('n', 300_000)}}":[{{values}}] } }""";
        var answer = (await server.PutAsync("/v1/subscriptions/s", body)).IsProblem(400, "invalid-request");
        Assert.InRange(answer.Text.Length, 1000, 100_000);
        Assert.Contains("100000 fields are not valid", answer.Text, StringComparison.Ordinal);
    }

    private static async Task<Answer> ThrowAsync(Exception exception)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await new ProblemPages(_ => throw exception, NullLogger.Instance).InvokeAsync(context);
        return new(
            (HttpStatusCode)context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()), context.Response.ContentType,
            context.Response.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Codes_are_unique_and_speak_for_themselves()
    {
        Assert.Equal(ProblemKind.All.Count, ProblemKind.All.Select(k => k.Code).Distinct().Count());
        Assert.All(ProblemKind.All, k => Assert.Matches("^[a-z]+(-[a-z]+)*$", k.Code));
        Assert.Equal(typeof(ProblemKind).GetFields().Count(f => f.FieldType == typeof(ProblemKind)), ProblemKind.All.Count);
    }
}
