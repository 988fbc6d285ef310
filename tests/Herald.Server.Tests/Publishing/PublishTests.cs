using System.Net;
using System.Text;
using Herald.Journal;
using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Server.Tests.Publishing;

public sealed class PublishTests(RunningServer server)
{
    [Fact]
    public async Task One_event_is_accepted_and_then_a_duplicate_and_then_a_conflict()
    {
        var topic = await server.NewTopicAsync();
        const string Event = """{"id":"e1","key":"k","type":"t","attributes":{"b":"2","a":"1"},"payload":{"n":1}}""";
        var first = (await server.PublishAsync(topic, Event)).Is(202);
        Assert.Equal("accepted", first.Results[0]!["status"]!.ToString());
        Assert.Equal("e1", first.Results[0]!["id"]!.ToString());
        var sequence = (long)first.Results[0]!["sequence"]!;
        Assert.True(sequence >= 1);
        var second = (await server.PublishAsync(topic, Event)).Is(202);
        Assert.Equal("duplicate", second.Results[0]!["status"]!.ToString());
        Assert.Equal(sequence, (long)second.Results[0]!["sequence"]!);
        (await server.PublishAsync(topic, """{"id":"e1","key":"k","payload":2}""")).IsProblem(409, "event-conflict", "/id");
    }

    [Fact]
    public async Task The_payload_is_delivered_byte_for_byte()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        const string Payload = "{ \"a\" : [1.0, 1e2, \"\\u00e9\"],\t\"a\": null }";
        (await server.PublishAsync(topic, $$"""{"payload": {{Payload}} }""", "application/json", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))).Is(202);
        var received = await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal(Payload, Encoding.UTF8.GetString(received.Body));
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", received.Header("traceparent"));
    }

    [Fact]
    public async Task Base64_is_delivered_as_the_bytes_it_stands_for()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PublishAsync(topic, """{"payloadBase64":"AAH\/gA==","contentType":"image/x-test"}""")).Is(202);
        var received = await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal(new byte[] { 0, 1, 255, 128 }, received.Body);
        Assert.Equal("image/x-test", received.Header("Content-Type"));
    }

    [Fact]
    public async Task Escaped_text_is_unescaped()
    {
        var topic = await server.NewTopicAsync();
        var answer = (await server.PublishAsync(topic, """{"id":"a\u00e9\/b","key":"k\"","payload":null}""")).Is(202);
        Assert.Equal("aé/b", answer.Results[0]!["id"]!.ToString());
        var story = (await server.GetAsync($"/v1/topics/{topic}/events/{Uri.EscapeDataString("aé/b")}?key={Uri.EscapeDataString("k\"")}")).Is(200);
        Assert.Equal("k\"", story.Json["event"]!["key"]!.ToString());
    }

    [Theory]
    [InlineData("[%1,%2,%3]", "application/json")]
    [InlineData("%1\n%2\r\n\n%3", "application/x-ndjson")]
    [InlineData("%1\n%2\n%3\n", "application/x-ndjson; charset=utf-8")]
    public async Task A_batch_tells_each_fate_by_index(string shape, string type)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, """{"id":"old","payload":1}""")).Is(202);
        var body = shape.Replace("%1", """{"id":"new","payload":1}""", StringComparison.Ordinal)
            .Replace("%2", """{"id":"old","payload":2}""", StringComparison.Ordinal)
            .Replace("%3", """{"id":"bad","payload":1,"colour":"red"}""", StringComparison.Ordinal);
        var answer = (await server.PublishAsync(topic, body, type)).Is(207);
        Assert.Equal(["accepted", "conflict", "refused"], answer.Results.Select(r => r!["status"]!.ToString()).ToArray());
        Assert.Equal([0, 1, 2], answer.Results.Select(r => (int)r!["index"]!).ToArray());
        Assert.Equal("event-conflict", answer.Results[1]!["problem"]!["code"]!.ToString());
        Assert.Equal("/colour", answer.Results[2]!["problem"]!["pointer"]!.ToString());
        Assert.Equal("red", answer.Results[2]!["problem"]!["value"]!.ToString());
    }

    [Fact]
    public async Task A_batch_of_which_nothing_is_accepted_is_a_problem()
    {
        var topic = await server.NewTopicAsync();
        var answer = (await server.PublishAsync(topic, """[{"id":"a"},7]""")).IsProblem(400, "events-refused");
        Assert.Equal("/payload", answer.Results[0]!["problem"]!["pointer"]!.ToString());
        Assert.Equal("7", answer.Results[1]!["problem"]!["value"]!.ToString());
    }

    [Fact]
    public async Task A_line_that_is_no_json_refuses_only_itself()
    {
        var topic = await server.NewTopicAsync();
        var answer = (await server.PublishAsync(topic, "{\"payload\":1}\n{\"payload\":\n{\"payload\":2} 3\n{\"payload\":3}", "application/x-ndjson")).Is(207);
        Assert.Equal(["accepted", "refused", "refused", "accepted"], answer.Results.Select(r => r!["status"]!.ToString()).ToArray());
    }

    [Theory]
    [InlineData("""{"payload":1,"payload":2}""", "/payload")]
    [InlineData("""{"payload":1,"id":7}""", "/id")]
    [InlineData("""{"payload":1,"id":null}""", "/id")]
    [InlineData("""{"payload":1,"id":""}""", "/id")]
    [InlineData("""{"payload":1,"id":"a\u0000b"}""", "/id")]
    [InlineData("""{"payload":1,"id":"a\nb"}""", "/id")]
    [InlineData("""{"payload":1,"id":"\ud800"}""", "/id")]
    [InlineData("""{"payload":1,"key":["k"]}""", "/key")]
    [InlineData("""{"payload":1,"type":{}}""", "/type")]
    [InlineData("""{"payload":1,"attributes":"a"}""", "/attributes")]
    [InlineData("""{"payload":1,"attributes":{"a":1}}""", "/attributes/a")]
    [InlineData("""{"payload":1,"attributes":{"a":"1","a":"2"}}""", "/attributes")]
    [InlineData("""{"payload":1,"attributes":{"":"1"}}""", "/attributes")]
    [InlineData("""{"payload":1,"time":"yesterday"}""", "/time")]
    [InlineData("""{"payload":1,"time":"2026-01-31"}""", "/time")]
    [InlineData("""{"payload":1,"time":"2026-01-31T12:00:00"}""", "/time")]
    [InlineData("""{"payload":1,"time":1700000000}""", "/time")]
    [InlineData("""{"payload":1,"time":"2016-12-31T23:59:60Z"}""", "/time")]
    [InlineData("""{"payload":1,"time":"2026-01-31T12:00:00+01"}""", "/time")]
    [InlineData("""{"payload":1,"contentType":"json"}""", "/contentType")]
    [InlineData("""{"payload":1,"payloadBase64":"AA=="}""", "/payloadBase64")]
    [InlineData("""{"payloadBase64":"no base64!"}""", "/payloadBase64")]
    [InlineData("""{"payloadBase64":1}""", "/payloadBase64")]
    [InlineData("""{"id":"a"}""", "/payload")]
    [InlineData("""{"payload":1,"Id":"a"}""", "/Id")]
    [InlineData("\"event\"", "")]
    public async Task A_field_that_breaks_a_rule_is_named(string body, string pointer)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, body)).IsProblem(400, "invalid-request", pointer);
    }

    [Theory]
    [InlineData("2026-01-31t12:00:00z")]
    [InlineData("2026-01-31T12:00:00\\u002B01:00")]
    [InlineData("2026-01-31T12:00:00.1234567890123-23:59")]
    public async Task A_time_may_be_written_as_rfc_3339_allows(string time) =>
        (await server.PublishAsync(await server.NewTopicAsync(), $$"""{"payload":1,"time":"{{time}}"}""")).Is(202);

    [Fact]
    public async Task Ids_keys_types_and_attributes_have_bounds()
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, $$"""{"payload":1,"id":"{{new string('i', 256)}}"}""")).IsProblem(400, "invalid-request", "/id");
        (await server.PublishAsync(topic, $$"""{"payload":1,"id":"{{new string('i', 255)}}"}""")).Is(202);
        (await server.PublishAsync(topic, $$"""{"payload":1,"key":"{{new string('k', 1025)}}"}""")).IsProblem(400, "invalid-request", "/key");
        (await server.PublishAsync(topic, $$"""{"payload":1,"key":"{{new string('k', 1024)}}"}""")).Is(202);
        (await server.PublishAsync(topic, $$"""{"payload":1,"type":"{{new string('t', 256)}}"}""")).IsProblem(400, "invalid-request", "/type");
        (await server.PublishAsync(topic, $$$"""{"payload":1,"attributes":{"a":"{{{new string('v', 4096)}}}"}}""")).IsProblem(400, "invalid-request", "/attributes");
        var attributes = string.Join(",", Enumerable.Range(0, 51).Select(i => $"\"a{i}\":\"v\""));
        (await server.PublishAsync(topic, "{\"payload\":1,\"attributes\":{" + attributes + "}}")).IsProblem(400, "invalid-request", "/attributes");
    }

    [Fact]
    public async Task A_value_that_is_shown_is_cut_short()
    {
        var topic = await server.NewTopicAsync();
        var answer = (await server.PublishAsync(topic, $$"""{"payload":1,"id":"{{new string('i', 5000)}}"}""")).IsProblem(400, "invalid-request", "/id");
        Assert.True(answer.Text.Length < 1000, answer.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    public async Task An_empty_body_is_refused(string body)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, body)).IsProblem(400, "empty-body");
        (await server.PublishAsync(topic, body, "application/x-ndjson")).IsProblem(400, "empty-body");
    }

    [Fact]
    public async Task An_empty_batch_is_refused() => (await server.PublishAsync(await server.NewTopicAsync(), "[]")).IsProblem(400, "empty-body");

    [Theory]
    [InlineData("{")]
    [InlineData("{\"payload\":1")]
    [InlineData("[{\"payload\":1},")]
    [InlineData("{\"payload\":1} 2")]
    [InlineData("{\"payload\":tru}")]
    [InlineData("{'payload':1}")]
    [InlineData("{\"payload\":1,}")]
    [InlineData("// no\n{\"payload\":1}")]
    public async Task What_is_no_json_is_refused_as_a_whole(string body)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, body)).IsProblem(400, "malformed-json");
    }

    [Fact]
    public async Task Json_nested_too_deeply_is_refused()
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, $$"""{"payload":{{new string('[', 100)}}{{new string(']', 100)}}}""")).IsProblem(400, "malformed-json");
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        var topic = await server.NewTopicAsync();
        using var content = new ByteArrayContent([.. "{\"payload\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var response = await server.Http.PostAsync(new Uri(server.Address, $"/v1/topics/{topic}/events"), content, RunningServer.Cancel);
        (await Answer.OfAsync(response, RunningServer.Cancel)).IsProblem(400, "malformed-json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("")]
    public async Task Another_media_type_is_refused(string type)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, """{"payload":1}""", type)).IsProblem(415, "unsupported-media-type");
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        var topic = await server.NewTopicAsync();
        using var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await server.Http.PostAsync(new Uri(server.Address, $"/v1/topics/{topic}/events"), content, RunningServer.Cancel);
        (await Answer.OfAsync(response, RunningServer.Cancel)).IsProblem(415, "unsupported-media-type");
    }

    [Fact]
    public async Task An_unknown_topic_is_not_made() =>
        (await server.PublishAsync(RunningServer.Name("unknown"), """{"payload":1}""")).IsProblem(404, "topic-not-found");

    [Fact]
    public async Task An_unknown_topic_is_made_when_that_is_switched_on()
    {
        await using var other = await RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { AutoCreateTopics = true }));
        (await other.PublishAsync("made", """{"payload":1}""")).Is(202);
        (await other.GetAsync("/v1/topics/made")).Is(200);
        (await other.PublishAsync("not%20made", """{"payload":1}""")).IsProblem(400, "invalid-request", "/topic");
    }

    [Fact]
    public async Task A_payload_over_the_limit_is_413()
    {
        var topic = await server.NewTopicAsync();
        var large = new string('x', (1 << 20) + 1);
        (await server.PublishAsync(topic, $$"""{"payload":"{{large}}"}""")).IsProblem(413, "payload-too-large", "/payload");
        var batch = (await server.PublishAsync(topic, $$"""[{"payload":1},{"payload":"{{large}}"}]""")).Is(207);
        Assert.Equal("payload-too-large", batch.Results[1]!["problem"]!["code"]!.ToString());
        (await server.PublishAsync(topic, $$"""{"payload":"{{new string('x', (1 << 20) - 2)}}"}""")).Is(202);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        await using var small = await RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { MaxBodyBytes = 4096 }));
        var topic = await small.NewTopicAsync();
        (await small.PublishAsync(topic, $$"""{"payload":"{{new string('x', 4096)}}"}""")).IsProblem(413, "body-too-large");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, new Uri(small.Address, $"/v1/topics/{topic}/events"));
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"payload":"{{new string('x', 8000)}}"}"""));
        chunked.Content.Headers.ContentType = new("application/json");
        using var response = await small.Http.SendAsync(chunked, RunningServer.Cancel);
        (await Answer.OfAsync(response, RunningServer.Cancel)).IsProblem(413, "body-too-large");
    }

    [Fact]
    public async Task A_batch_has_at_most_ten_thousand_events()
    {
        var topic = await server.NewTopicAsync();
        var lines = string.Join('\n', Enumerable.Repeat("""{"payload":1}""", 10_000));
        var whole = (await server.PublishAsync(topic, lines, "application/x-ndjson")).Is(202);
        Assert.Equal(10_000, whole.Results.Count);
        (await server.PublishAsync(topic, lines + "\n{\"payload\":1}", "application/x-ndjson")).IsProblem(413, "batch-too-large");
        (await server.PublishAsync(topic, $"[{lines.ReplaceLineEndings(",")},1]")).IsProblem(413, "batch-too-large");
    }

    [Fact]
    public async Task A_body_that_comes_in_chunks_is_read_whole()
    {
        var topic = await server.NewTopicAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, $"/v1/topics/{topic}/events"));
        request.Headers.TransferEncodingChunked = true;
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"payload":"{{new string('x', 300_000)}}"}"""));
        request.Content.Headers.ContentType = new("application/json");
        using var response = await server.Http.SendAsync(request, RunningServer.Cancel);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task A_large_body_of_unknown_length_is_delivered_as_it_was_sent()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        // The body becomes larger than the buffer that is rented for a body of unknown length.
        var payload = string.Join(' ', Enumerable.Range(0, 100_000));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, $"/v1/topics/{topic}/events"));
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StringContent($$"""{"payload":"{{payload}}"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await server.Http.SendAsync(request, RunningServer.Cancel);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"\"{payload}\"", (await receiver.NextAsync(RunningServer.Cancel)).BodyText);
    }

    [Fact]
    public async Task Long_escaped_and_encoded_fields_are_taken_as_they_are_meant()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        var bytes = Enumerable.Range(0, 50_000).Select(i => (byte)i).ToArray();
        var escaped = string.Concat(Enumerable.Repeat("\\u00e9", 100));
        (await server.PublishAsync(topic, $$"""{"id":"{{escaped}}","key":"{{escaped}}","payloadBase64":"{{Convert.ToBase64String(bytes)}}"}""")).Is(202);
        var received = await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal(bytes, received.Body);
        Assert.Equal("application/octet-stream", received.Header("Content-Type"));
        var id = Uri.EscapeDataString(new string('é', 100));
        (await server.GetAsync($"/v1/topics/{topic}/events/{id}?key={id}")).Is(200);
    }

    [Theory]
    [InlineData("""{"payload":1,"payloadBase64":"\ud800"}""", "/payloadBase64")]
    [InlineData("""{"payload":1,"attributes":{"\ud800":"x"}}""", "/attributes")]
    [InlineData("""{"payload":1,"attributes":{"a":"\ud800","b":"x"}}""", "/attributes/a")]
    [InlineData("""{"payload":1,"attributes":{"a":1,"b":[{}]}}""", "/attributes/a")]
    public async Task Text_that_is_no_text_is_named(string body, string pointer) =>
        (await server.PublishAsync(await server.NewTopicAsync(), body)).IsProblem(400, "invalid-request", pointer);

    [Fact]
    public async Task A_batch_that_finds_room_in_part_says_so_by_index()
    {
        await using var small = await RunningServer.StartAsync(o => o.With<JournalOptions>(journal => journal with { SegmentBytes = 64 << 10, MaxBytes = 1 << 20, ShardCount = 1 }));
        var topic = await small.NewTopicAsync();
        var old = $$"""{"id":"old","payload":"{{new string('x', 40_000)}}"}""";
        (await small.PublishAsync(topic, old)).Is(202);
        var id = await small.NewSubscriptionAsync(topic, "http://127.0.0.1:9/hook", """, "from":"earliest" """);
        (await small.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200);
        // An event that is already there needs no room. Without room, it is still reported as a duplicate, and the new event is refused.
        Answer answer;
        do
            answer = await small.PublishAsync(topic, $$"""[{{old}},{"payload":"{{new string('y', 40_000)}}"}]""");
        while (answer.Status == HttpStatusCode.Accepted);
        answer.Is(207);
        Assert.Equal(["duplicate", "refused"], answer.Results.Select(r => r!["status"]!.ToString()));
        Assert.Equal("no-room", answer.Results[1]!["problem"]!["code"]!.ToString());
    }

    [Fact]
    public async Task A_full_store_refuses_and_says_when_to_come_back()
    {
        await using var small = await RunningServer.StartAsync(o => o.With<JournalOptions>(journal => journal with { SegmentBytes = 64 << 10, MaxBytes = 1 << 20 }));
        var topic = await small.NewTopicAsync();
        var id = await small.NewSubscriptionAsync(topic, "http://127.0.0.1:9/hook");
        (await small.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200);
        var large = $$"""{"payload":"{{new string('x', 40_000)}}"}""";
        Answer answer;
        do
            answer = await small.PublishAsync(topic, large);
        while (answer.Status == HttpStatusCode.Accepted);
        answer.IsProblem(503, "no-room");
        Assert.NotEmpty(answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task Large_bodies_share_a_bounded_memory()
    {
        await using var small = await RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { MaxBodyBytes = 1 << 20, MaxBodyBytesInFlight = 1 << 20 }));
        var topic = await small.NewTopicAsync();
        var body = Encoding.UTF8.GetBytes($$"""{"payload":"{{new string('x', 700_000)}}"}""");
        using var half = new HalfSentBody(body);
        using var first = new HttpRequestMessage(HttpMethod.Post, new Uri(small.Address, $"/v1/topics/{topic}/events")) { Content = half };
        var sending = small.Http.SendAsync(first, RunningServer.Cancel);
        await half.HalfSent.WaitAsync(RunningServer.Cancel);
        Answer busy;
        do
            busy = await small.PublishAsync(topic, Encoding.UTF8.GetString(body));
        while (busy.Status == HttpStatusCode.Accepted); // Until the server has begun to read the first.
        busy.IsProblem(503, "busy");
        (await small.PublishAsync(topic, """{"payload":"small ones pass"}""")).Is(202);
        half.Rest.SetResult();
        using var response = await sending;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Events_of_one_request_keep_their_order()
    {
        var topic = await server.NewTopicAsync();
        var answer = (await server.PublishAsync(topic, "[" + string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"key":"k","payload":{{i}}}""")) + "]")).Is(202);
        var sequences = answer.Results.Select(r => (long)r!["sequence"]!).ToArray();
        Assert.Equal(sequences.Order(), sequences);
    }
}
