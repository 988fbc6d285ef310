using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Herald.Server.Tests.Subscriptions;

/// <summary>Endpoints with settings and without secrets, with a channel of another module.</summary>
public sealed class EndpointTests : IAsyncLifetime
{
    private readonly RunningServer _server = new() { More = [new PigeonModule()] };
    private readonly string _path = $"/v1/subscriptions/{RunningServer.Name("subscription")}";
    private string _topic = "";

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _topic = await _server.NewTopicAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("\"pigeon://roof\"", "\"pigeon://roof\"")]
    [InlineData("{\"address\":\"pigeon://roof\"}", "\"pigeon://roof\"")]
    [InlineData("{\"address\":\"pigeon://roof\",\"settings\":{}}", "\"pigeon://roof\"")]
    [InlineData("{\"address\":\"pigeon://roof\",\"settings\":{\"colour\":\"grey\"}}", "{\"address\":\"pigeon://roof\",\"settings\":{\"colour\":\"grey\"}}")]
    public async Task An_endpoint_is_a_text_or_an_object_and_shown_as_text_where_it_has_no_settings(string given, string shown)
    {
        (await PutAsync(given)).Is(201);
        Assert.Equal(shown, (await _server.GetAsync(_path)).Is(200).Json["endpoint"]!.ToJsonString());
        Assert.Equal(shown, (await _server.GetAsync($"/v1/subscriptions?topic={_topic}")).Is(200).Items[0]!["endpoint"]!.ToJsonString());
    }

    [Theory]
    [InlineData("{\"address\":\"pigeon://roof\",\"settings\":{\"color\":\"grey\"}}", "/endpoint/settings/color", "Did you mean colour?")]
    [InlineData("{\"address\":\"pigeon://roof\",\"settings\":{\"colour\":\"pink\"}}", "/endpoint/settings/colour", "A pigeon is grey or white.")]
    [InlineData("{\"address\":\"http://127.0.0.1:9/\",\"settings\":{\"colour\":\"grey\"}}", "/endpoint/settings/colour", "have no settings")]
    [InlineData("{\"address\":\"pigeon://roof\",\"colour\":\"grey\"}", "/endpoint/colour", "Known fields: address, settings.")]
    [InlineData("{\"settings\":{}}", "/endpoint/address", "required")]
    [InlineData("{\"address\":\"pigeon://roof\",\"settings\":{\"colour\":1}}", "/endpoint/settings/colour", "Must be a string.")]
    [InlineData("17", "/endpoint", "Must be a string, or an object")]
    [InlineData("null", "/endpoint", "Must not be null.")]
    public async Task What_is_wrong_with_an_endpoint_is_named(string given, string pointer, string rule) =>
        (await PutAsync(given)).IsProblem(400, "invalid-request", pointer, rule);

    [Fact]
    public async Task A_patch_changes_settings_or_replaces_the_endpoint()
    {
        (await PutAsync("\"pigeon://roof\"")).Is(201);
        Assert.Equal("grey", (await PatchAsync("""{"settings":{"colour":"grey"}}""")).Json["endpoint"]!["settings"]!["colour"]!.ToString());
        var moved = await PatchAsync("""{"address":"pigeon://tower"}""");
        Assert.Equal("""{"address":"pigeon://tower","settings":{"colour":"grey"}}""", moved.Json["endpoint"]!.ToJsonString());
        Assert.Equal("pigeon://tower", (await PatchAsync("""{"settings":{"colour":null}}""")).Json["endpoint"]!.ToString());
        Assert.Equal("pigeon://house", (await PatchAsync("\"pigeon://house\"")).Json["endpoint"]!.ToString());
    }

    [Fact]
    public async Task Only_webhooks_draw_a_secret_and_show_it_when_it_is_new()
    {
        var pigeon = (await PutAsync("\"pigeon://roof\"")).Is(201);
        Assert.Null(pigeon["secret"]);
        (await _server.GetAsync($"{_path}/secret")).IsProblem(404, "no-secret");
        (await _server.PostAsync($"{_path}/rotate-secret", "{}")).IsProblem(404, "no-secret");
        (await PutAsync("\"pigeon://roof\"", $$""", "secret":"whsec_{{Convert.ToBase64String(new byte[32])}}" """)).IsProblem(400, "invalid-request", "/secret");

        var moved = await PatchAsync("\"http://127.0.0.1:9/hook\"");
        Assert.StartsWith("whsec_", moved["secret"], StringComparison.Ordinal);
        Assert.Equal(moved["secret"], (await _server.GetAsync($"{_path}/secret")).Is(200)["secret"]);
        Assert.Null((await PatchAsync("\"http://127.0.0.1:9/other\""))["secret"]);
        Assert.Equal(moved["secret"], (await _server.GetAsync($"{_path}/secret")).Is(200)["secret"]);
    }

    private async Task<TestKit.Http.Answer> PatchAsync(string endpoint) => (await _server.PatchAsync(_path, $$"""{"endpoint":{{endpoint}}}""")).Is(200);

    private Task<TestKit.Http.Answer> PutAsync(string endpoint, string more = "") =>
        _server.PutAsync(_path, $$"""{"topic":"{{_topic}}","endpoint":{{endpoint}}{{more}}}""");

    private sealed class PigeonModule : IModule
    {
        public string Name => "pigeons";

        public void AddServices(IServiceCollection services, BoundOptions options) => services.AddSingleton<IChannel, PigeonChannel>();
    }

    private sealed class PigeonChannel : IChannel
    {
        public IReadOnlyList<string> Schemes { get; } = ["pigeon"];

        public IReadOnlyList<EndpointSetting> Settings { get; } = [new("colour", "A pigeon is grey or white.", text => text is "grey" or "white")];

        public string? Refuse(Uri address) => null;

        public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel) => new(AttemptResult.Delivered);
    }
}
