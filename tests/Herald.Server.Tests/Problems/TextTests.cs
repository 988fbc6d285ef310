using System.Text;
using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Server.Tests.Problems;

/// <summary>
/// Invalid texts: an escape that stands for half a character, and bytes that are not UTF-8. The answer must name their place, wherever they
/// are, and nothing may fail.
/// </summary>
public sealed class TextTests(RunningServer server)
{
    [Theory]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"\ud800","endpoint":"http://127.0.0.1:9/"}""", "/topic")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/\udc00"}""", "/endpoint")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","description":"a\ud800"}""", "/description")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","description":["\ud800"]}""", "/description/0")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","filter":{"a":["b","\ud800"]}}""", "/filter/a/1")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","filter":{"\ud800":["b"]}}""", "/filter")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","filter":"\ud800"}""", "/filter")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","\ud800":1}""", "")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","colour":"\ud800"}""", "/colour")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","from":"\ud800"}""", "/from")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","retry":{"forwardTo":"\ud800"}}""", "/retry/forwardTo")]
    [InlineData("PUT", "/v1/subscriptions/{s}", """{"topic":"{t}","endpoint":"http://127.0.0.1:9/","retry":{"a/b~c":{"d":"\ud800"}}}""", "/retry/a~1b~0c/d")]
    [InlineData("POST", "/v1/topics/{t}/subscriptions", """{"id":"\ud800","endpoint":"http://127.0.0.1:9/"}""", "/id")]
    [InlineData("PATCH", "/v1/subscriptions/{s}", """{"description":"\ud800"}""", "/description")]
    [InlineData("PATCH", "/v1/subscriptions/{s}", """{"filter":{"\udc00":["x"]}}""", "/filter")]
    [InlineData("PATCH", "/v1/subscriptions/{s}", "\"\\ud800\"", "")]
    [InlineData("POST", "/v1/subscriptions/{s}/replay", """{"from":"\ud800"}""", "/from")]
    [InlineData("POST", "/v1/subscriptions/{s}/rotate-secret", """{"overlap":"\ud800"}""", "/overlap")]
    [InlineData("POST", "/v1/dead-letters/redrive", """{"ids":["dl_0_1_1_1","\ud800"]}""", "/ids/1")]
    [InlineData("POST", "/v1/dead-letters/discard", """{"subscription":"\ud800"}""", "/subscription")]
    [InlineData("POST", "/v1/backup", """{"directory":"/tmp/\ud800"}""", "/directory")]
    public async Task An_escape_that_stands_for_half_a_character_is_named(string method, string path, string body, string pointer)
    {
        var topic = await server.NewTopicAsync();
        var subscription = await server.NewSubscriptionAsync(topic, "http://127.0.0.1:9/hook");
        var type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
        var answer = await server.SendAsync(new HttpMethod(method), Fill(path), Fill(body), type, []);
        answer.IsProblem(400, "invalid-request", pointer, "UTF-16");

        string Fill(string text) => text.Replace("{t}", topic, StringComparison.Ordinal).Replace("{s}", subscription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_no_text_is_not_shown()
    {
        var topic = await server.NewTopicAsync();
        var answer = await server.PutAsync($"/v1/subscriptions/{RunningServer.Name("s")}", $$"""{"topic":"{{topic}}","endpoint":"http://127.0.0.1:9/","secret":"whsec_hush\ud800"}""");
        Assert.DoesNotContain("hush", answer.IsProblem(400, "invalid-request", "/secret").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_refused()
    {
        var topic = await server.NewTopicAsync();
        using var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes($$"""{"topic":"{{topic}}","endpoint":"http://127.0.0.1:9/","description":""" + "\""), 0xED, 0xA0, 0x80, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var response = await server.Http.PutAsync(new Uri(server.Address, $"/v1/subscriptions/{RunningServer.Name("s")}"), content, RunningServer.Cancel);
        (await Answer.OfAsync(response, RunningServer.Cancel)).IsProblem(400, "malformed-json");
    }

    [Fact]
    public async Task What_is_cut_short_is_cut_between_characters()
    {
        var topic = await server.NewTopicAsync();
        var long1 = new string('a', 79) + string.Concat(Enumerable.Repeat("😀", 600));
        var answer = (await server.PutAsync($"/v1/subscriptions/{RunningServer.Name("s")}", $$"""{"topic":"{{topic}}","endpoint":"http://127.0.0.1:9/","description":"{{long1}}"}"""))
            .IsProblem(400, "invalid-request", "/description");
        Assert.Equal(new string('a', 79) + "…", answer.Json["errors"]![0]!["value"]!.ToString());
        answer = (await server.PublishAsync(topic, $$"""{"payload":1,"id":"{{long1}}"}""")).IsProblem(400, "invalid-request", "/id");
        Assert.Equal(new string('a', 79) + "…", answer.Json["errors"]![0]!["value"]!.ToString());
    }

    [Theory]
    [InlineData("/v1/topics/%ED%A0%80")]
    [InlineData("/v1/topics/%00")]
    [InlineData("/v1/topics/t/events/%ED%A0%80%FF")]
    [InlineData("/v1/topics/t/events/e?key=%ED%A0%80%00")]
    [InlineData("/v1/subscriptions/%FF%00")]
    [InlineData("/v1/subscriptions?topic=%00")]
    [InlineData("/v1/subscriptions?cursor=%00")]
    [InlineData("/v1/topics?cursor=%ED%A0%80")]
    [InlineData("/v1/dead-letters?subscription=%00&topic=%ED%A0%80")]
    [InlineData("/v1/dead-letters?topic=%00")]
    [InlineData("/v1/dead-letters?cursor=%00")]
    [InlineData("/v1/dead-letters/dl_-1_-1_-1_-1")]
    [InlineData("/v1/dead-letters/dl_2147483647_2147483647_2147483647_9223372036854775807")]
    [InlineData("/v1/dead-letters/%ED%A0%80")]
    [InlineData("/v1/subscriptions/s/deliveries?cursor=2147483647.9223372036854775807")]
    public async Task An_address_with_anything_in_it_is_answered(string path)
    {
        var answer = await server.GetAsync(path);
        Assert.True((int)answer.Status is 200 or 400 or 404, $"{(int)answer.Status}: {answer.Text}");
    }

    [Theory]
    [InlineData("replay", """{"from":9223372036854775807}""")]
    [InlineData("replay", """{"from":"0001-01-01T00:00:00+14:00"}""")]
    [InlineData("replay", """{"from":"0001-01-01T00:00:00-14:00"}""")]
    [InlineData("replay", """{"from":"9999-12-31T23:59:59.9999999+14:00"}""")]
    [InlineData("replay", """{"from":"9999-12-31T23:59:59-14:00"}""")]
    [InlineData("replay", """{"from":1e999}""")]
    [InlineData("rotate-secret", """{"overlap":"10675199d"}""")]
    [InlineData("blocked-keys/release", """{"shard":-1,"sequence":-1}""")]
    [InlineData("blocked-keys/release", """{"shard":2147483647,"sequence":9223372036854775807}""")]
    public async Task A_number_or_a_time_at_the_ends_of_its_type_is_answered(string what, string body)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, """{"payload":1}""")).Is(202);
        var subscription = await server.NewSubscriptionAsync(topic, "http://127.0.0.1:9/hook");
        var answer = await server.PostAsync($"/v1/subscriptions/{subscription}/{what}", body);
        Assert.True((int)answer.Status is 200 or 400 or 404 or 409, $"{(int)answer.Status}: {answer.Text}");
        (await server.GetAsync($"/v1/subscriptions/{subscription}")).Is(200);
        (await server.GetAsync($"/v1/subscriptions/{subscription}/lag")).Is(200);
    }
}
