using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Subscriptions;

public sealed class ReleaseKeyTests
{
    private const string Blocked = """
        {"items":[{"shard":1,"sequence":5,"key":"order-16","eventId":"e5","attempts":2,"held":false},
         {"shard":3,"sequence":42,"key":"order-17","eventId":"e42","attempts":3,"held":true},
         {"shard":4,"sequence":44,"key":"order-18","eventId":"e\u001b[2J","attempts":3,"held":true},
         {"shard":3,"sequence":43,"eventId":"e43","attempts":3,"held":true}]}
        """;

    [Theory]
    [InlineData("Released event e42 of key order-17.", """{"shard":3,"sequence":42}""", "release", "acme", "order-17")]
    [InlineData("Discarded event e42 of key order-17.", """{"shard":3,"sequence":42,"discard":true}""", "discard", "acme", "order-17")]
    [InlineData("Released event e [2J of key order-18.", """{"shard":4,"sequence":44}""", "release", "acme", "order-18")]
    [InlineData("Released shard 3, sequence 43.", """{"shard":3,"sequence":43}""", "release", "acme", "--shard", "3", "--sequence", "43")]
    public async Task A_held_key_continues(string told, string sent, params string[] command)
    {
        await using var herald = await StartAsync();
        var run = await CommandRun.AgainstAsync(herald, ["subscriptions", .. command]);
        Assert.Equal((0, told), (run.Code, run.Out.Trim()));
        var last = herald.Requests.Last();
        Assert.Equal(("POST", "/v1/subscriptions/acme/blocked-keys/release", sent), (last.Method, last.Path, last.Body));
    }

    [Theory]
    [InlineData("order-16")]
    [InlineData("order-99")]
    public async Task A_key_that_is_not_held_is_5(string key)
    {
        await using var herald = await StartAsync();
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "discard", "acme", key);
        Assert.Equal(5, run.Code);
        Assert.StartsWith($"The key {key} of acme is not held.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(herald.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_refusal_of_the_list_is_that_of_the_command()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(503, """{"code":"busy","detail":"Try again."}""", "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "release", "acme", "order-17");
        Assert.Equal((7, "Try again."), (run.Code, run.Error.Trim()));
    }

    [Theory]
    [InlineData]
    [InlineData("--shard", "3")]
    [InlineData("order-17", "--shard", "3", "--sequence", "42")]
    public async Task Either_a_key_or_a_place_is_given(params string[] which)
    {
        var run = await CommandRun.OfAsync(["subscriptions", "release", "acme", .. which]);
        Assert.Equal((2, "Give the held key, or --shard and --sequence of its event."), (run.Code, run.Error.Trim()));
    }

    [Fact]
    public async Task The_place_of_a_blocked_key_is_shown()
    {
        await using var herald = await StartAsync();
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "blocked-keys", "acme");
        Assert.Matches("(?m)^- +e43 +3 +43 ", run.Out);
    }

    [Fact]
    public async Task The_secret_alone_is_printed_so_that_a_script_can_take_it()
    {
        await using var herald = await FakeHerald.StartAsync(
            _ => new(200, """{"secret":"whsec_x","previous":"whsec_y","previousUntil":"2030-01-02T03:04:05Z"}"""));
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "secret", "acme");
        Assert.Equal((0, "whsec_x\n"), (run.Code, run.Out));
        Assert.Equal("Until 2030-01-02T03:04:05Z also signed with whsec_y", run.Error.Trim());
        Assert.Equal("/v1/subscriptions/acme/secret", Assert.Single(herald.Requests).Path);
    }

    private static Task<FakeHerald> StartAsync() =>
        FakeHerald.StartAsync(request => request.Method == "GET" ? new(200, Blocked) : new(204, ""));
}
