using Herald.Engine.Basics;
using Herald.Hosting;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Kafka;
using Herald.Nats;
using Herald.Postgres;
using Herald.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Herald.Server.Tests.Settings;

public sealed class SettingsTests
{
    private static LoadedSettings Load(string? json = null, (string Name, string Value)[]? environment = null, (string Name, string Value)[]? arguments = null)
    {
        var file = json is null ? null : Path.GetTempFileName();
        if (file is not null)
            File.WriteAllText(file, json);
        try
        {
            return RunningServer.Modules.Settings.Load(new() { File = file, Environment = Pairs(environment), CommandLine = Pairs(arguments) });
        }
        finally
        {
            if (file is not null)
                File.Delete(file);
        }
    }

    private static KeyValuePair<string, string>[] Pairs((string Name, string Value)[]? pairs) => [.. (pairs ?? []).Select(p => KeyValuePair.Create(p.Name, p.Value))];

    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var options = Load().Options.Get<ServerOptions>();
        Assert.Equal("127.0.0.1:8090", Assert.Single(options.Listen));
        Assert.Equal((16 << 20, "embedded"), (options.MaxBodyBytes, options.Store));
        Assert.Null(options.Applications);
        Assert.All(Load().Effective(), s => Assert.Equal("default", s.Source));
        Assert.Empty(RunningServer.Modules.Settings.Check(RunningServer.Modules.Settings.CreateDefaults()));
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
        var settings = RunningServer.Modules.Settings.Load(new()
        {
            Defaults = _ => [new("kafka.group", "own"), new("kafka.batchEvents", "7")],
            Environment = Pairs([("HERALD__KAFKA__BATCHEVENTS", "8")]),
        });
        Assert.Equal(("own", 8), (settings.Options.Get<KafkaOptions>().Group, settings.Options.Get<KafkaOptions>().BatchEvents));
        Assert.Equal("default", settings.Effective().Single(setting => setting.Name == "kafka.group").Source);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        var settings = Load(
            """{"listen": "127.0.0.1:1", "dataDirectory": "/file", "journal": {"segmentBytes": "1MiB", "retainFor": "2d"}, /* why not */ "engine": {"maxInFlight": 7},}""",
            [("HERALD__LISTEN", "127.0.0.1:2"), ("HERALD__JOURNAL__SEGMENTBYTES", "2097152"), ("PATH", "/bin"), ("HERALD_SERVER", "http://client")],
            [("listen.0", "127.0.0.1:3"), ("listen.1", "[::1]:3")]);
        var (server, journal) = (settings.Options.Get<ServerOptions>(), settings.Options.Get<JournalOptions>());
        Assert.Equal(["127.0.0.1:3", "[::1]:3"], server.Listen);
        Assert.Equal("/file", server.DataDirectory);
        Assert.Equal(2 << 20, journal.SegmentBytes);
        Assert.Equal(TimeSpan.FromDays(2), journal.RetainFor);
        Assert.Equal(7, settings.Options.Get<EngineOptions>().MaxInFlight);
        var effective = settings.Effective().ToDictionary(s => s.Name);
        Assert.Equal(("127.0.0.1:3, [::1]:3", "command line"), (effective["listen"].Value, effective["listen"].Source));
        Assert.Equal("environment HERALD__JOURNAL__SEGMENTBYTES", effective["journal.segmentBytes"].Source);
        Assert.Equal("2MiB", effective["journal.segmentBytes"].Value);
        Assert.StartsWith("file ", effective["dataDirectory"].Source, StringComparison.Ordinal);
        Assert.Equal("default", effective["maxBodyBytes"].Source);
    }

    [Fact]
    public void Clusters_are_a_map_and_sources_a_list()
    {
        var options = Load(
            """
            {
              "kafka": {"clusters": {"main": {"servers": ["a:1", "b:2"]}}, "sources": [{"cluster": "main", "topic": ["o", "p"], "to": "events"}]},
              "nats": {"clusters": {"main": {"servers": "nats://c:3"}}, "sources": [{"cluster": "main", "subject": "x.>", "to": "events", "stream": "S", "replicas": 3}]}
            }
            """,
            [("HERALD__KAFKA__CLUSTERS__MAIN__PROPERTIESFILE", "/k"), ("HERALD__NATS__CLUSTERS__MAIN__USER", "herald"), ("HERALD__NATS__CLUSTERS__MAIN__PASSWORDFILE", "/p")]).Options;
        var (kafka, nats) = (options.Get<KafkaOptions>(), options.Get<NatsOptions>());
        Assert.Equal(["a:1", "b:2"], kafka.Clusters["main"].Servers);
        Assert.Equal("/k", kafka.Clusters["main"].PropertiesFile);
        Assert.Equal(("main", "o,p", "events"), (kafka.Sources[0].Cluster, string.Join(',', kafka.Sources[0].Topic), kafka.Sources[0].To));
        Assert.Equal(("herald", "/p"), (nats.Clusters["main"].User, nats.Clusters["main"].PasswordFile));
        Assert.Equal(("S", 3), (nats.Sources[0].Stream, nats.Sources[0].Replicas));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var settings = Load(
            """{"lisen": "x", "maxBodyBytes": "huge", "journal": {"shardCount": 0}, "maxConnections": 1}""",
            [("HERALD_AUTO_CREATE_TOPIC", "true"), ("HERALD__STOPTIMEOUT", "soon")],
            [("webhooks.proxy", "http://user:hunter2@proxy:1")]);
        var text = string.Join('\n', settings.Errors);
        Assert.Equal(7, settings.Errors.Count);
        Assert.Contains("lisen", text, StringComparison.Ordinal);
        Assert.Contains("Did you mean listen?", text, StringComparison.Ordinal);
        Assert.Contains("Did you mean HERALD__AUTOCREATETOPICS?", text, StringComparison.Ordinal);
        Assert.Contains("maxBodyBytes = 'huge' (file ", text, StringComparison.Ordinal);
        Assert.Contains("stopTimeout = 'soon' (environment HERALD__STOPTIMEOUT): A duration", text, StringComparison.Ordinal);
        Assert.Contains("journal.shardCount = '0'", text, StringComparison.Ordinal);
        Assert.Contains("webhooks.proxy = 'http://***@proxy:1' (command line)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Equal(text.ReplaceLineEndings(), Assert.Throws<ServerStartException>(() => settings.Options).Message.ReplaceLineEndings());
    }

    [Theory]
    [InlineData("{\"listen\": \"0.0.0.0:8090\"}", "tokenFile")]
    [InlineData("{\"listen\": \"*:8090\"}", "tokenFile")]
    [InlineData("{\"listen\": [\"127.0.0.1:1\", \"[::]:1\"]}", "listen = '[::]:1'")]
    [InlineData("{\"listen\": \"127.0.0.1:1,[::]:1\"}", "listen = '[::]:1'")]
    [InlineData("{\"listen\": \"example.com:80\"}", "listen")]
    [InlineData("{\"listen\": \"127.0.0.1\"}", "listen")]
    [InlineData("{\"listen\": \"127.0.0.1:70000\"}", "listen")]
    [InlineData("{\"listen\": []}", "listen")]
    [InlineData("{\"maxBodyBytes\": \"64MiB\", \"maxBodyBytesInFlight\": \"1MiB\"}", "Must not be less than maxBodyBytes")]
    [InlineData("{\"journal\": {\"maxBytes\": \"1MiB\"}}", "four segments")]
    [InlineData("{\"postgres\": {\"appendPipelines\": 19}}", "Must leave two connections")]
    [InlineData("{\"postgres\": {\"schema\": \"Herald\"}}", "A lower-case letter, then up to 39")]
    [InlineData("{\"postgres\": {\"connection\": \"nonsense\"}}", "postgres.connection = '(hidden)'")]
    [InlineData("{\"store\": \"postgres\"}", "postgres.connection (default): The store is postgres")]
    [InlineData("{\"connection\": \"Host=a\"}", "connection (file")]
    [InlineData("{\"connection\": \"Host=a\"}", "The setting is now called postgres.connection.")]
    [InlineData("{\"listen\": \"127.0.0.1:1\", \"listen\": \"127.0.0.1:2\"}", "twice")]
    [InlineData("{\"journal\": {\"segmentBytes\": true}}", "journal.segmentBytes = 'true'")]
    [InlineData("{\"webhooks\": {\"allowedNetworks\": [\"10.0.0.1/8\"]}}", "webhooks.allowedNetworks = '10.0.0.1/8'")]
    [InlineData("{\"webhooks\": {\"guard\": \"on\"}}", "true, false, or auto")]
    [InlineData("{\"kafka\": {\"clusters\": \"main=a:1\"}}", "kafka.clusters.main.servers")]
    [InlineData("{\"kafka\": {\"clusters\": {\"main\": {}}, \"sources\": \"main/orders>events\"}}", "kafka.sources.0.topic")]
    [InlineData("{\"kafka\": {\"clusters\": {\"main\": {\"servers\": \"main\"}}}}", "kafka.clusters.main.servers = 'main'")]
    [InlineData("{\"kafka\": {\"clusters\": {\"main\": {\"propertiesFile\": \"/k\"}}}}", "kafka.clusters.main.servers (file")]
    [InlineData("{\"kafka\": {\"clusters\": {\"main\": {\"servers\": \"a:1\"}}, \"sources\": [{\"cluster\": \"other\", \"topic\": \"o\", \"to\": \"e\"}]}}",
        "There is no cluster 'other'. Add its servers as kafka.clusters.other.servers")]
    [InlineData("{\"kafka\": {\"clusters\": {\"main\": {\"servers\": \"a:1\"}}, \"sources\": [{\"cluster\": \"main\", \"topic\": \"o\", \"to\": \"e\"}, {\"cluster\": \"main\", \"topic\": \"o\", \"to\": \"f\"}]}}",
        "kafka.sources.1.topic = 'o'")]
    [InlineData("{\"nats\": {\"users\": \"main=herald\"}}", "nats.clusters.NAME.user")]
    [InlineData("{\"dataDirectory\": \"\\ud800\"}", "one half of a UTF-16 pair")]
    [InlineData("{\"\\udc00\": 1}", "one half of a UTF-16 pair")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "Line 1")]
    public void A_rule_that_is_broken_is_named(string file, string told) =>
        Assert.Contains(told, string.Join('\n', Load(file).Errors), StringComparison.Ordinal);

    [Theory]
    [InlineData("HERALD_JOURNAL_SEGMENT_BYTES", "Use HERALD__JOURNAL__SEGMENTBYTES.")]
    [InlineData("HERALD_LISTEN", "Use HERALD__LISTEN.")]
    [InlineData("HERALD_LEASE", "Use HERALD__POSTGRES__LEASE.")]
    [InlineData("HERALD_CONNECTION", "Use HERALD__POSTGRES__CONNECTION.")]
    [InlineData("HERALD_MIGRATE", "Use HERALD__POSTGRES__MIGRATE.")]
    [InlineData("HERALD_WEBHOOKS_GUARD", "Use HERALD__WEBHOOKS__GUARD.")]
    [InlineData("HERALD_KAFKA_SOURCES", "HERALD__KAFKA__SOURCES__0__CLUSTER")]
    [InlineData("HERALD_NATS_CA_FILES", "HERALD__NATS__CLUSTERS__NAME__CAFILE")]
    [InlineData("HERALD_NATS_NKEY_FILES", "HERALD__NATS__CLUSTERS__NAME__NKEYFILE")]
    public void A_former_variable_is_refused_with_the_present_one(string variable, string told)
    {
        var error = Assert.Single(Load(null, [(variable, "1")]).Errors);
        Assert.Equal((variable, "environment"), (error.Setting, error.Source));
        Assert.Contains(told, error.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clients_token_is_not_taken_for_the_servers()
    {
        var error = Assert.Single(Load(null, [("HERALD_TOKEN_FILE", "/t")]).Errors);
        Assert.Contains("HERALD__TOKENFILE", error.Rule, StringComparison.Ordinal);
        Assert.Empty(Load(null, [("HERALD_TOKEN_FILE", "/t")], [("tokenFile", "/s")]).Errors);
    }

    [Fact]
    public void A_file_that_is_missing_is_told() => Assert.Contains(
        "/nowhere/herald.json", Assert.Single(RunningServer.Modules.Settings.Load(new() { File = "/nowhere/herald.json" }).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Every_setting_takes_the_value_that_it_shows()
    {
        var all = Load(null, null,
            [
                ("kafka.clusters.main.servers", "a:1"), ("kafka.sources.0.cluster", "main"), ("kafka.sources.0.topic", "o"), ("kafka.sources.0.to", "e"),
                ("nats.clusters.main.servers", "nats://a:1"), ("nats.sources.0.cluster", "main"), ("nats.sources.0.subject", "s"), ("nats.sources.0.to", "e"),
                ("webhooks.allowedNetworks", "10.0.0.0/8"),
            ]).Effective();
        Assert.Equal(all.Count, all.Select(setting => setting.Variable).Distinct().Count());
        // A value of several texts is shown in one line and cannot be given like that.
        var given = all.Where(setting => setting.Value is not null).ToList();
        Assert.True(given.Count > 80);
        var arguments = Load(null, null, [.. given.Select(setting => (setting.Name, setting.Value!))]);
        Assert.Empty(arguments.Errors);
        Assert.Equal(given.Select(setting => setting.Value), arguments.Effective().Where(setting => setting.Value is not null).Select(setting => setting.Value));
        var variables = Load(null, [.. given.Select(setting => (setting.Variable, setting.Value!))]);
        Assert.Empty(variables.Errors);
        Assert.Equal(given.Select(setting => setting.Value), variables.Effective().Where(setting => setting.Value is not null).Select(setting => setting.Value));
    }

    [Fact]
    public void The_options_of_every_section_are_services()
    {
        var settings = RunningServer.Modules.Settings;
        var options = Load(null, null, [("engine.window", "7"), ("intake.maxBatchEvents", "8"), ("postgres.shardCount", "9"), ("nats.group", "ten")]).Options;
        var services = new ServiceCollection();
        foreach (var section in settings.Sections)
            section.AddTo(services, options);
        Assert.Equal(settings.Sections.Count, services.Count);
        using var provider = services.BuildServiceProvider();
        Assert.Equal(7, provider.GetRequiredService<IOptions<EngineOptions>>().Value.Window);
        Assert.Equal(8, provider.GetRequiredService<IOptions<IntakeOptions>>().Value.MaxBatchEvents);
        Assert.Equal(9, provider.GetRequiredService<IOptions<PostgresOptions>>().Value.ShardCount);
        Assert.Equal("ten", provider.GetRequiredService<IOptions<NatsOptions>>().Value.Group);
    }

    [Fact]
    public void Only_stores_and_applications_that_the_program_has_can_be_named()
    {
        var errors = string.Join('\n', Load("""{"store": "oracle", "applications": ["orders"]}""").Errors);
        Assert.Contains("store = 'oracle'", errors, StringComparison.Ordinal);
        Assert.Contains("One of embedded, postgres.", errors, StringComparison.Ordinal);
        Assert.Contains("applications = 'orders'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rules_of_a_store_hold_where_it_is_used()
    {
        Assert.Contains("postgres.connection", Assert.Single(Load("""{"store": "postgres"}""").Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(Load("""{"store": "embedded"}""").Errors);
    }

    [Fact]
    public void A_text_with_commas_is_a_list()
    {
        Assert.Equal(["127.0.0.1:1", "[::1]:1"], Load(null, [("HERALD__LISTEN", "127.0.0.1:1, [::1]:1")]).Options.Get<ServerOptions>().Listen);
        Assert.Contains("listen = 'nonsense'", Assert.Single(Load(null, [("HERALD__LISTEN", "127.0.0.1:1,nonsense")]).Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_written_in_code_are_checked_too()
    {
        var refusal = await Assert.ThrowsAsync<ServerStartException>(
            () => RunningServer.StartAsync(RunningServer.Options("/nowhere").With<ServerOptions>(server => server with { MaxConnections = 0, MaxBodyBytes = 1, Listen = [] })));
        Assert.Contains("maxConnections = '0'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("maxBodyBytes = '1'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("listen (code)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_told()
    {
        await using var first = await RunningServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { Listen = [$"127.0.0.1:{first.Address.Port}"] })));
        Assert.Contains($"{first.Address.Port}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_in_use_is_told()
    {
        await using var first = await RunningServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(RunningServer.Options(first.Directory)));
        Assert.Contains(first.Directory, refusal.Message, StringComparison.Ordinal);
    }
}
