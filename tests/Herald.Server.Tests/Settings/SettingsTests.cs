using Herald.Hosting;
using Herald.Server.Settings;
using Herald.Server.Tests.Http;
using Xunit;

namespace Herald.Server.Tests.Settings;

public sealed class SettingsTests
{
    private static ServerSettings Load(string? json = null, (string, string)[]? environment = null, (string, string)[]? overrides = null)
    {
        string? file = null;
        if (json is not null)
            File.WriteAllText(file = Path.GetTempFileName(), json);
        try
        {
            return ServerSettings.Load(file, Pairs(environment), Pairs(overrides));
        }
        finally
        {
            if (file is not null)
                File.Delete(file);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs((string Name, string Value)[]? pairs) =>
        (pairs ?? []).Select(p => KeyValuePair.Create(p.Name, p.Value));

    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var options = Load().Options;
        Assert.Equal("127.0.0.1:8090", Assert.Single(options.Listen));
        Assert.Equal(16 << 20, options.MaxBodyBytes);
        Assert.All(Load().Effective(), s => Assert.Equal("default", s.Source));
    }

    [Fact]
    public void Every_setting_says_what_it_is_for_and_what_it_allows()
    {
        Assert.All(Load().Effective(), s => Assert.EndsWith(".", s.Purpose, StringComparison.Ordinal));
        Assert.All(Load().Effective(), s => Assert.EndsWith(".", s.Rule, StringComparison.Ordinal));
        Assert.All(Load().Effective(), s => Assert.NotEqual(s.Purpose, s.Rule));
    }

    [Fact]
    public void An_application_may_have_defaults_of_its_own_and_everything_wins_over_them()
    {
        KeyValuePair<string, string>[] own = [new("kafka.group", "own"), new("kafka.batchEvents", "7")];
        var settings = ServerSettings.Load(null, Pairs([("HERALD_KAFKA_BATCH_EVENTS", "8")]), [], own);
        Assert.Equal(("own", 8), (settings.Options.Kafka.Group, settings.Options.Kafka.BatchEvents));
        Assert.Equal("default", settings.Effective().Single(setting => setting.Name == "kafka.group").Source);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        var settings = Load(
            """{"listen": "127.0.0.1:1", "dataDirectory": "/file", "journal": {"segmentBytes": "1MiB", "retainFor": "2d"}, /* why not */ "engine": {"maxInFlight": 7},}""",
            [("HERALD_LISTEN", "127.0.0.1:2"), ("HERALD_JOURNAL_SEGMENT_BYTES", "2097152"), ("PATH", "/bin"), ("HERALD_SERVER", "http://client"), ("HERALD_CONNECTION", "postgres://migrate")],
            [("listen", "127.0.0.1:3,[::1]:3")]);
        var options = settings.Options;
        Assert.Equal(["127.0.0.1:3", "[::1]:3"], options.Listen);
        Assert.Equal("/file", options.DataDirectory);
        Assert.Equal(2 << 20, options.Journal.SegmentBytes);
        Assert.Equal(TimeSpan.FromDays(2), options.Journal.RetainFor);
        Assert.Equal(7, options.Engine.MaxInFlight);
        var effective = settings.Effective().ToDictionary(s => s.Name);
        Assert.Equal("command line", effective["listen"].Source);
        Assert.Equal("environment HERALD_JOURNAL_SEGMENT_BYTES", effective["journal.segmentBytes"].Source);
        Assert.Equal("2MiB", effective["journal.segmentBytes"].Value);
        Assert.StartsWith("file ", effective["dataDirectory"].Source, StringComparison.Ordinal);
        Assert.Equal("default", effective["maxBodyBytes"].Source);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var settings = Load(
            """{"lisen": "x", "maxBodyBytes": "huge", "journal": {"shardCount": 0}, "maxConnections": 1}""",
            [("HERALD_AUTO_CREATE_TOPIC", "true"), ("HERALD_STOP_TIMEOUT", "soon")],
            [("webhooks.proxy", "http://user:hunter2@proxy:1")]);
        var text = string.Join('\n', settings.Errors);
        Assert.Equal(7, settings.Errors.Count);
        Assert.Contains("lisen", text, StringComparison.Ordinal);
        Assert.Contains("Did you mean listen?", text, StringComparison.Ordinal);
        Assert.Contains("Did you mean HERALD_AUTO_CREATE_TOPICS?", text, StringComparison.Ordinal);
        Assert.Contains("maxBodyBytes = 'huge' (file ", text, StringComparison.Ordinal);
        Assert.Contains("stopTimeout = 'soon' (environment HERALD_STOP_TIMEOUT): A duration", text, StringComparison.Ordinal);
        Assert.Contains("journal.shardCount = '0'", text, StringComparison.Ordinal);
        Assert.Contains("webhooks.proxy = 'http://***@proxy:1' (command line)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Equal(text.ReplaceLineEndings(), Assert.Throws<ServerStartException>(() => settings.Options).Message.ReplaceLineEndings());
    }

    [Theory]
    [InlineData("{\"listen\": \"0.0.0.0:8090\"}", "tokenFile")]
    [InlineData("{\"listen\": \"*:8090\"}", "tokenFile")]
    [InlineData("{\"listen\": \"127.0.0.1:1,[::]:1\"}", "tokenFile")]
    [InlineData("{\"listen\": \"example.com:80\"}", "listen")]
    [InlineData("{\"listen\": \"127.0.0.1\"}", "listen")]
    [InlineData("{\"listen\": \"127.0.0.1:70000\"}", "listen")]
    [InlineData("{\"listen\": []}", "listen")]
    [InlineData("{\"maxBodyBytes\": \"64MiB\", \"maxBodyBytesInFlight\": \"1MiB\"}", "Must not be less than maxBodyBytes")]
    [InlineData("{\"journal\": {\"maxBytes\": \"1MiB\"}}", "four segments")]
    [InlineData("{\"listen\": \"127.0.0.1:1\", \"listen\": \"127.0.0.1:2\"}", "twice")]
    [InlineData("{\"journal\": {\"segmentBytes\": true}}", "journal.segmentBytes = 'true'")]
    [InlineData("{\"webhooks\": {\"allowedNetworks\": [\"10.0.0.1/8\"]}}", "webhooks.allowedNetworks")]
    [InlineData("{\"kafka\": {\"clusters\": \"main\"}}", "kafka.clusters = 'main'")]
    [InlineData("{\"kafka\": {\"clusters\": \"main=a:1\", \"sources\": \"other/orders>events\"}}", "Cluster 'other' is not known")]
    [InlineData("{\"dataDirectory\": \"\\ud800\"}", "one half of a UTF-16 pair")]
    [InlineData("{\"\\udc00\": 1}", "one half of a UTF-16 pair")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "Line 1")]
    public void A_rule_that_is_broken_is_named(string file, string told) =>
        Assert.Contains(told, string.Join('\n', Load(file).Errors), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_missing_is_told() =>
        Assert.Contains("/nowhere/herald.json", Assert.Single(ServerSettings.Load("/nowhere/herald.json", [], []).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Every_setting_shows_what_it_takes()
    {
        foreach (var setting in SettingTable.All)
        {
            var value = setting.Show(new ServerOptions());
            if (value is not null)
                Assert.True(setting.Apply(new ServerOptions(), value) is not null, $"{setting.Name} does not take its own default {value}");
        }
        Assert.Equal(SettingTable.All.Count, SettingTable.All.Select(s => s.Variable).Distinct().Count());
    }

    [Fact]
    public async Task Options_written_in_code_are_checked_too()
    {
        var refusal = await Assert.ThrowsAsync<ServerStartException>(
            () => HeraldServer.StartAsync(RunningServer.Options("/nowhere") with { MaxConnections = 0, MaxBodyBytes = 1 }, cancel: RunningServer.Cancel));
        Assert.Contains("maxConnections = '0'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("maxBodyBytes = '1'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_told()
    {
        await using var first = await RunningServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(o => o with { Listen = [$"127.0.0.1:{first.Address.Port}"] }));
        Assert.Contains($"{first.Address.Port}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_in_use_is_told()
    {
        await using var first = await RunningServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => HeraldServer.StartAsync(RunningServer.Options(first.Directory), cancel: RunningServer.Cancel));
        Assert.Contains(first.Directory, refusal.Message, StringComparison.Ordinal);
    }
}
