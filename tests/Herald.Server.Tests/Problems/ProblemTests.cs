using System.Net;
using System.Text;
using Herald.Engine.Stores;
using Herald.Server.Problems;
using Herald.Server.Tests.Hosting;
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
