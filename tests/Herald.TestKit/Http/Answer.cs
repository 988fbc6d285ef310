using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Herald.TestKit.Http;

/// <summary>What came back, read completely.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, string? MediaType, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;
    public string? this[string field] => Json[field]?.ToString();
    public string Code => this["code"] ?? "";
    public JsonArray Items => Json["items"]!.AsArray();
    public JsonArray Results => Json["results"]!.AsArray();

    public static async Task<Answer> OfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(cancel), response.Content.Headers.ContentType?.MediaType, headers);
    }

    /// <summary>It is a whole problem, and this one.</summary>
    public Answer IsProblem(int status, string code, string? pointer = null, string? rule = null)
    {
        Assert.True((int)Status == status, $"expected {status} {code}, got {(int)Status}: {Text}");
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal(code, Code);
        Assert.Equal($"urn:herald:problem:{code}", this["type"]);
        Assert.Equal(status, (int)Json["status"]!);
        Assert.False(string.IsNullOrEmpty(this["title"]));
        Assert.False(string.IsNullOrEmpty(this["detail"]));
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", Text, StringComparison.Ordinal);
        if (pointer is not null)
        {
            var error = Json["errors"]?.AsArray().FirstOrDefault(e => e!["pointer"]!.ToString() == pointer);
            Assert.True(error is not null, $"no error at {pointer}: {Text}");
            Assert.NotNull(error["value"]);
            Assert.False(string.IsNullOrEmpty(error["rule"]!.ToString()));
            if (rule is not null)
                Assert.Contains(rule, error["rule"]!.ToString(), StringComparison.Ordinal);
        }
        return this;
    }

    public Answer Is(int status)
    {
        Assert.True((int)Status == status, $"expected {status}, got {(int)Status}: {Text}");
        return this;
    }
}
