using System.Text.Json.Nodes;
using Herald.Hosting.Settings;
using Xunit;

namespace Herald.Hosting.Tests.Settings;

/// <summary>
/// How settings are read, checked and shown. The file has over 400 lines because all tests use one set with every kind of value.
/// </summary>
public sealed class SettingSetTests : IDisposable
{
    private static readonly SettingSet Set = new(
    [
        new SettingSection<SampleOptions>("sample", "Samples", () => new())
        {
            Rules = options => options.Count > 900 && options.IsOn ? [new("count", "At most 900 with isOn.") { Others = ["isOn"] }] : [],
            Replaced = new Dictionary<string, string> { ["sample.things"] = "Things are a list now: sample.sources." },
        },
    ]);

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    public static TheoryData<string, string, string> Values() => new()
    {
        { "count", "1000", "1000" },
        { "large", "9000000000", "9000000000" },
        { "segmentBytes", "1GiB", "1GiB" },
        { "segmentBytes", "4096", "4KiB" },
        { "maxBytes", "64KiB", "64KiB" },
        { "maxBytes", "0", "0" },
        { "wait", "1m30s", "1m30s" },
        { "isOn", "true", "true" },
        { "guard", "false", "false" },
        { "mode", "longPoll", "longPoll" },
        { "name", "0123456789", "0123456789" },
        { "address", "http://abc/d", "http://abc/d" },
        { "words", "ab", "ab" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_every_kind_is_read_from_every_source_and_shown(string name, string text, string shown)
    {
        foreach (var (origin, sources) in OneEach($"sample.{name}", text))
        {
            var loaded = Set.Load(sources);
            Assert.Empty(loaded.Errors);
            var effective = loaded.Effective().Single(setting => setting.Name == $"sample.{name}");
            Assert.Equal((shown, origin), (effective.Value, effective.Source));
        }
    }

    [Theory]
    [InlineData("count", "1", "A whole number from 2 to 1000.")]
    [InlineData("count", "1001", "A whole number from 2 to 1000.")]
    [InlineData("count", "7.5", "A whole number from 2 to 1000.")]
    [InlineData("count", "", "A whole number from 2 to 1000.")]
    [InlineData("large", "99999999999999999999", "A whole number of at least 0.")]
    [InlineData("segmentBytes", "1023", "A size from 1KiB to 1GiB, written like 4096, 64KiB, 16MiB or 1GiB.")]
    [InlineData("maxBytes", "much", "A size of at least 0, written like 4096, 64KiB, 16MiB or 1GiB; or none.")]
    [InlineData("wait", "10", "A duration has a unit: write 10s for seconds.")]
    [InlineData("wait", "0s", "A duration from 1ms to 10m, written like 500ms, 5s, 10m, 1h30m or 3d.")]
    [InlineData("isOn", "True", "Either true or false.")]
    [InlineData("guard", "none", "true, false, or auto.")]
    [InlineData("mode", "1", "One of notify, longPoll.")]
    [InlineData("mode", "longpoll", "One of notify, longPoll.")]
    [InlineData("name", "01234567890", "1 to 10 characters.")]
    [InlineData("address", "http://ab", "An even number of letters.")]
    [InlineData("words", "odd", "One or several: an even number of letters; or none.")]
    public void A_value_that_breaks_its_rule_is_refused_with_value_origin_and_rule(string name, string text, string rule)
    {
        foreach (var (origin, sources) in OneEach($"sample.{name}", text))
        {
            var error = Assert.Single(Set.Load(sources).Errors);
            Assert.Equal(($"sample.{name}", text, origin), (error.Setting, error.Value, error.Source));
            Assert.Contains(rule.TrimEnd('.'), error.Rule, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_word_for_no_value_removes_one_that_another_source_gave()
    {
        WriteFile("""{"sample": {"maxBytes": "1MiB", "guard": true, "password": "word", "words": ["ab", "cd"]}}""");
        Assert.Equal(1 << 20, Options(Set.Load(new() { File = _file })).MaxBytes);
        Assert.Equal(["ab", "cd"], Options(Set.Load(new() { File = _file })).Words);
        var options = Options(Set.Load(new()
        {
            File = _file,
            Environment = [new("HERALD__SAMPLE__MAXBYTES", "none"), new("HERALD__SAMPLE__GUARD", "auto"), new("HERALD__SAMPLE__WORDS", "none")],
            CommandLine = [new("sample.password", "none")],
        }));
        Assert.Equal((null, null, null, null), (options.MaxBytes, options.Guard, options.Words, options.Password));
    }

    [Fact]
    public void Later_sources_override_earlier_ones()
    {
        WriteFile("""{"sample": {"count": 3, "large": 3, "wait": "3s"}}""");
        var loaded = Set.Load(new()
        {
            Defaults = _ => [new("sample.count", "2"), new("sample.large", "2"), new("sample.wait", "2s"), new("sample.name", "two")],
            File = _file,
            Environment = [new("HERALD__SAMPLE__COUNT", "4"), new("HERALD__SAMPLE__LARGE", "4")],
            CommandLine = [new("sample.count", "5")],
        });
        var options = Options(loaded);
        Assert.Equal((5, 4, TimeSpan.FromSeconds(3), "two"), (options.Count, options.Large, options.Wait, options.Name));
        var origins = loaded.Effective().ToDictionary(setting => setting.Name, setting => setting.Source);
        Assert.Equal(
            ("command line", "environment HERALD__SAMPLE__LARGE", $"file {_file}", "default"),
            (origins["sample.count"], origins["sample.large"], origins["sample.wait"], origins["sample.name"]));
        Assert.Equal("5", loaded.Configuration["sample:count"]);
    }

    [Fact]
    public void Defaults_can_follow_from_what_is_given_and_the_file_is_read_once()
    {
        WriteFile("""{"sample": {"words": ["ab", "cd"], "count": 3}}""");
        var options = Options(Set.Load(new()
        {
            Defaults = texts =>
            {
                File.Delete(_file);
                return [new("sample.name", string.Join('+', texts.Of("sample.words"))), new("sample.count", "2")];
            },
            File = _file,
        }));
        Assert.Equal(("ab+cd", 3), (options.Name, options.Count));
    }

    [Fact]
    public void Names_are_compared_without_case()
    {
        WriteFile("""{"Sample": {"COUNT": 3}}""");
        var options = Options(Set.Load(new() { File = _file, Environment = [new("herald__Sample__Large", "4")], CommandLine = [new("SAMPLE.wait", "3s")] }));
        Assert.Equal((3, 4, TimeSpan.FromSeconds(3)), (options.Count, options.Large, options.Wait));
    }

    [Theory]
    [InlineData("""{"sample": {"count": 3, "count": 4}}""", "sample.count")]
    [InlineData("""{"sample": {"count": 3, "Count": 4}}""", "sample.Count")]
    [InlineData("""{"sample": {"count": 3}, "SAMPLE": {"wait": "1s"}}""", "SAMPLE")]
    [InlineData("""{"sample": {"count": 3}, "sample.count": 4}""", "sample.count")]
    [InlineData("""{"sample": {"clusters": {"ab": {"topic": "t"}, "AB": {"topic": "t"}}}}""", "sample.clusters.AB")]
    public void A_name_that_the_file_has_twice_is_refused(string json, string name)
    {
        WriteFile(json);
        Assert.Equal($"{name} (file {_file}): The setting is given twice. Remove one.", Assert.Single(Set.Load(new() { File = _file }).Errors).ToString());
    }

    [Fact]
    public void A_name_that_another_source_has_twice_is_refused()
    {
        var variables = Set.Load(new() { Environment = [new("HERALD__SAMPLE__COUNT", "3"), new("HERALD__sample__count", "3")] });
        Assert.Contains("given twice", Assert.Single(variables.Errors).Rule, StringComparison.Ordinal);
        var arguments = Set.Load(new() { CommandLine = [new("sample.count", "3"), new("Sample.Count", "4")] });
        Assert.Equal("Sample.Count (command line): The setting is given twice. Remove one.", Assert.Single(arguments.Errors).ToString());
        var list = Set.Load(new() { CommandLine = [new("sample.words", "ab"), new("sample.words.0", "cd")] });
        Assert.Contains("as one value and as a list", Assert.Single(list.Errors).Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sample.cuont", "Did you mean sample.count?")]
    [InlineData("sampel.count", "Did you mean sample.count?")]
    [InlineData("sample.segment_bytes", "Did you mean sample.segmentBytes?")]
    [InlineData("sample.sources.3.topc", "Did you mean sample.sources.3.topic?")]
    [InlineData("sample.clusters.ab.topc", "Did you mean sample.clusters.ab.topic?")]
    [InlineData("sample.other", "There is no such setting.")]
    [InlineData("sample.somethingElseEntirely", "`herald config --all` lists all settings.")]
    [InlineData("", "There is no such setting.")]
    [InlineData("sample", "It is a group of settings, such as sample.count.")]
    [InlineData("sample.count.0", "It has one value, and is neither a list nor an object.")]
    [InlineData("sample.words.first", "It is a list of texts, such as sample.words.0.")]
    [InlineData("sample.words.0.0", "It is a list of texts, such as sample.words.0.")]
    [InlineData("sample.sources", "It is not a single value. A list of objects. For example: sample.sources.0.topic.")]
    [InlineData("sample.sources.first.topic", "A number: 0 for the first item, 1 for the second.")]
    [InlineData("sample.clusters", "It is not a single value. A map: an object for each name. For example: sample.clusters.main.topic.")]
    [InlineData("sample.clusters.odd.topic", "An even number of letters.")]
    [InlineData("active", "The setting is now called sample.isOn.")]
    [InlineData("sample.things", "Things are a list now: sample.sources.")]
    public void A_name_that_is_no_setting_is_refused_with_what_could_be_meant(string name, string told) =>
        Assert.Contains(told, Set.Load(new() { CommandLine = [new(name, "1")] }).Errors[0].Rule, StringComparison.Ordinal);

    [Theory]
    [InlineData("HERALD__SAMPLE__CUONT", "Did you mean HERALD__SAMPLE__COUNT?")]
    [InlineData("HERALD__SAMPLE__SEGMENT_BYTES", "Did you mean HERALD__SAMPLE__SEGMENTBYTES?")]
    [InlineData("HERALD__SAMPLE__SOURCES__0__TOPC", "Did you mean HERALD__SAMPLE__SOURCES__0__TOPIC?")]
    [InlineData("HERALD_SAMPLE_SEGMENT_BYTES", "Variables of settings have two underscores between the parts of the name. Use HERALD__SAMPLE__SEGMENTBYTES.")]
    [InlineData("HERALD_ACTIVE", "Use HERALD__SAMPLE__ISON.")]
    [InlineData("HERALD__ACTIVE", "The setting is now called HERALD__SAMPLE__ISON.")]
    [InlineData("HERALD_SAMPLE_THINGS", "Things are a list now: sample.sources.")]
    [InlineData("HERALD_SAMPLE_CUONT", "Did you mean HERALD__SAMPLE__COUNT?")]
    public void A_variable_that_is_no_setting_is_refused_with_what_could_be_meant(string variable, string told)
    {
        var error = Set.Load(new() { Environment = [new(variable, "1")] }).Errors[0];
        Assert.Equal((variable, null, "environment"), (error.Setting, error.Value, error.Source));
        Assert.Contains(told, error.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_of_commands_and_of_tests_stay() =>
        Assert.Empty(Set.Load(new()
        {
            Environment = [new("HERALD_URL", "http://a"), new("HERALD_SERVER", "http://a"), new("HERALD_TOKEN_FILE", "/t"), new("HERALD_CA_FILE", "/c"), new("HERALD_SEED", "1"), new("PATH", "/bin")],
        }).Errors);

    [Fact]
    public void A_variable_of_commands_that_was_a_setting_is_refused_until_the_setting_is_given()
    {
        var set = new SettingSet([new SettingSection<TokenOptions>("", "Tokens", () => new())]);
        KeyValuePair<string, string> client = new("HERALD_TOKEN_FILE", "/t");
        Assert.Equal(
            "HERALD_TOKEN_FILE (environment): Only commands that call a server read it. Set HERALD__TOKENFILE for the server, or HERALD__TOKENFILE=none to run without.",
            Assert.Single(set.Load(new() { Environment = [client] }).Errors).ToString());
        Assert.Empty(set.Load(new() { Environment = [client, new("HERALD__TOKENFILE", "none")] }).Errors);
    }

    [Fact]
    public void A_list_is_read_from_every_source()
    {
        WriteFile("""{"sample": {"sources": [{"topic": "a", "replicas": 3, "servers": ["ab", "cd"]}, {"topic": "b"}]}}""");
        AssertSources(Set.Load(new() { File = _file }));
        KeyValuePair<string, string>[] given =
        [
            new("sample.sources.0.topic", "a"), new("sample.sources.0.replicas", "3"), new("sample.sources.0.servers.0", "ab"),
            new("sample.sources.0.servers.1", "cd"), new("sample.sources.1.topic", "b"),
        ];
        AssertSources(Set.Load(new() { CommandLine = given }));
        AssertSources(Set.Load(new() { Environment = [.. given.Select(one => KeyValuePair.Create($"HERALD__{one.Key.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant()}", one.Value))] }));

        static void AssertSources(LoadedSettings loaded)
        {
            var sources = Options(loaded).Sources;
            Assert.Equal([("a", 3, "ab,cd"), ("b", 1, "")], sources.Select(source => (source.Topic, source.Replicas, string.Join(',', source.Servers))));
            Assert.Equal("ab, cd", loaded.Effective().Single(setting => setting.Name == "sample.sources.0.servers").Value);
        }
    }

    [Fact]
    public void A_list_comes_as_a_whole_from_the_last_source_that_has_it()
    {
        WriteFile("""{"sample": {"words": ["ab", "cd"], "sources": [{"topic": "a", "replicas": 3}, {"topic": "b"}]}}""");
        var options = Options(Set.Load(new() { File = _file, Environment = [new("HERALD__SAMPLE__WORDS", "ef")], CommandLine = [new("sample.sources.0.topic", "c")] }));
        Assert.Equal(["ef"], options.Words);
        Assert.Equal(new SampleItem { Topic = "c", Servers = Assert.Single(options.Sources).Servers }, options.Sources[0]);
        WriteFile("""{"sample": {"words": []}}""");
        Assert.Empty(Options(Set.Load(new() { File = _file })).Words!);
    }

    [Fact]
    public void Maps_are_merged_by_name()
    {
        WriteFile("""{"sample": {"clusters": {"ab": {"topic": "a"}, "cd": {"topic": "c"}}}}""");
        var loaded = Set.Load(new() { File = _file, Environment = [new("HERALD__SAMPLE__CLUSTERS__AB__REPLICAS", "3"), new("HERALD__SAMPLE__CLUSTERS__EF__TOPIC", "e")] });
        var clusters = Options(loaded).Clusters;
        Assert.Equal([("ab", "a", 3), ("cd", "c", 1), ("ef", "e", 1)], clusters.Select(cluster => (cluster.Key, cluster.Value.Topic, cluster.Value.Replicas)));
        Assert.Equal("environment HERALD__SAMPLE__CLUSTERS__AB__REPLICAS", loaded.Effective().Single(setting => setting.Name == "sample.clusters.ab.replicas").Source);
    }

    [Fact]
    public void Items_are_checked_too()
    {
        WriteFile("""{"sample": {"sources": [{"replicas": 10, "servers": "odd"}], "clusters": {"ab": {"colour": "red", "topic": "t"}}}}""");
        Assert.Equal(
            [
                $"sample.clusters.ab.colour (file {_file}): There is no such setting. `herald config --all` lists all settings.",
                $"sample.sources.0.replicas = '10' (file {_file}): A whole number from 1 to 9.",
                $"sample.sources.0.servers = 'odd' (file {_file}): One or several: an even number of letters.",
                $"sample.sources.0.topic (file {_file}): It is missing. Any text that is not empty.",
            ],
            Set.Load(new() { File = _file }).Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void Secrets_are_never_shown()
    {
        KeyValuePair<string, string>[] given = [new("sample.password", "hunter2"), new("sample.address", "http://user:hunter2@ab")];
        var loaded = Set.Load(new() { CommandLine = given });
        Assert.Equal("hunter2", Options(loaded).Password);
        var shown = loaded.Effective().ToDictionary(setting => setting.Name, setting => setting.Value);
        Assert.Equal(("(hidden)", "http://***@ab"), (shown["sample.password"], shown["sample.address"]));
        var refused = Set.Load(new() { CommandLine = [new("sample.address", "http://user:hunter2@odd")] });
        Assert.StartsWith("sample.address = 'http://***@odd' (command line)", Assert.Single(refused.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_between_settings_is_checked_unless_one_of_them_is_wrong_itself()
    {
        KeyValuePair<string, string> many = new("sample.count", "901"), on = new("sample.isOn", "true");
        Assert.Equal("sample.count = '901' (command line): At most 900 with isOn.", Assert.Single(Set.Load(new() { CommandLine = [many, on] }).Errors).ToString());
        Assert.Empty(Set.Load(new() { CommandLine = [many] }).Errors);
        Assert.Equal("sample.isOn", Assert.Single(Set.Load(new() { CommandLine = [many, new("sample.isOn", "maybe")] }).Errors).Setting);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_and_nothing_is_given_out()
    {
        WriteFile("""{"sample": {"cuont": 1, "wait": "soon"}}""");
        var loaded = Set.Load(new() { File = _file, Environment = [new("HERALD_SAMPLE_COUNT", "1"), new("HERALD__SAMPLE__LARGE", "x")], CommandLine = [new("sample.mode", "x")] });
        Assert.Equal(5, loaded.Errors.Count);
        Assert.Equal(string.Join(Environment.NewLine, loaded.Errors), Assert.Throws<ServerStartException>(() => loaded.Options).Message);
    }

    [Theory]
    [InlineData("[]", "The file must contain one JSON object.")]
    [InlineData("{", "Line 1")]
    [InlineData("""{"sample": {"name": "\ud800"}}""", "one half of a UTF-16 pair")]
    public void A_file_that_cannot_be_read_is_told(string json, string told)
    {
        WriteFile(json);
        Assert.Contains(told, Assert.Single(Set.Load(new() { File = _file }).Errors).ToString(), StringComparison.Ordinal);
        Assert.Contains("/nowhere/herald.json", Assert.Single(Set.Load(new() { File = "/nowhere/herald.json" }).Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_written_in_code_are_checked_too()
    {
        var section = new SettingSection<SampleOptions>("sample", "Samples", () => new());
        Assert.Empty(section.Check(new SampleOptions()));
        Assert.Equal(
            ["sample.count = '1' (code): A whole number from 2 to 1000.", "sample.name (code): 1 to 10 characters.", "sample.sources.0.replicas = '0' (code): A whole number from 1 to 9."],
            section.Check(new SampleOptions { Count = 1, Name = "", Sources = [new() { Topic = "t", Replicas = 0 }] }).Select(error => error.ToString()));
    }

    [Fact]
    public void Only_settings_with_an_option_are_options()
    {
        var option = Assert.Single(Set.Options);
        Assert.Equal(("--sample-count", "sample.count", false), (option.Option, option.Setting, option.IsList));
        Assert.Equal("A number. Default: 7. A whole number from 2 to 1000.", option.Description);
        Assert.Equal("sample.segmentBytes", Set.NameOfFormerOption("--sample-segment-bytes"));
        Assert.Null(Set.NameOfFormerOption("--sample"));
    }

    [Fact]
    public void Random_values_of_all_settings_come_back_from_every_source()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var given = Draw(new Random(seed));
            WriteFile(JsonOf(given));
            SettingSources[] each =
            [
                new() { File = _file }, new() { CommandLine = given },
                new() { Environment = [.. given.Select(one => KeyValuePair.Create($"HERALD__{one.Key.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant()}", one.Value))] },
            ];
            foreach (var sources in each)
            {
                var loaded = Set.Load(sources);
                Assert.True(loaded.Errors.Count == 0, $"seed {seed}: {string.Join('\n', loaded.Errors)}");
                var shown = loaded.Effective().Where(setting => !setting.IsDefault).ToDictionary(setting => setting.Name, setting => setting.Value);
                foreach (var (name, text) in given.Where(one => one.Key is not "sample.password"))
                    Assert.True(shown[name] == text, $"seed {seed}: {name} is {shown[name]} and not {text}");
            }
        }
    }

    /// <summary>The texts are written as they are shown.</summary>
    private static List<KeyValuePair<string, string>> Draw(Random random)
    {
        var given = new List<KeyValuePair<string, string>>();
        Maybe("count", $"{random.Next(2, 901)}");
        Maybe("large", $"{random.NextInt64()}");
        Maybe("segmentBytes", $"{random.Next(1, 1024)}KiB");
        Maybe("maxBytes", $"{random.Next(1, 1024)}MiB");
        Maybe("wait", $"{random.Next(1, 60)}s");
        Maybe("isOn", random.Next(2) == 0 ? "true" : "false");
        Maybe("guard", random.Next(2) == 0 ? "true" : "false");
        Maybe("mode", random.Next(2) == 0 ? "notify" : "longPoll");
        Maybe("name", Word(random, 5));
        Maybe("password", Word(random, 5));
        Maybe("words", Word(random, 4));
        for (var i = 0; i < random.Next(4); i++)
        {
            given.Add(new($"sample.sources.{i}.topic", Word(random, 3)));
            given.Add(new($"sample.clusters.c{i}.topic", Word(random, 3)));
            given.Add(new($"sample.clusters.c{i}.replicas", $"{random.Next(1, 10)}"));
        }
        return given;

        void Maybe(string name, string text)
        {
            if (random.Next(2) == 0)
                given.Add(new($"sample.{name}", text));
        }
    }

    private static string Word(Random random, int letters) => string.Concat(Enumerable.Range(0, letters).Select(_ => (char)random.Next('a', 'z' + 1)));

    private static string JsonOf(IEnumerable<KeyValuePair<string, string>> given)
    {
        var root = new JsonObject();
        foreach (var (name, text) in given)
        {
            var parts = name.Split('.');
            var target = root;
            foreach (var part in parts[..^1])
                target = (JsonObject)(target[part] ??= new JsonObject());
            target[parts[^1]] = text;
        }
        // Numbered fields become a list.
        if (root["sample"]?["sources"] is JsonObject items)
            root["sample"]!["sources"] = new JsonArray([.. items.Select(item => item.Value!.DeepClone())]);
        return root.ToJsonString();
    }

    /// <summary>One value from each source, with the origin that messages name.</summary>
    private IEnumerable<(string Origin, SettingSources Sources)> OneEach(string name, string text)
    {
        var variable = $"HERALD__{name.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant()}";
        yield return ($"environment {variable}", new() { Environment = [new(variable, text)] });
        yield return ("command line", new() { CommandLine = [new(name, text)] });
        WriteFile(new JsonObject { ["sample"] = new JsonObject { [name.Split('.')[1]] = text } }.ToJsonString());
        yield return ($"file {_file}", new() { File = _file });
    }

    private static SampleOptions Options(LoadedSettings loaded) => loaded.Options.Get<SampleOptions>();

    private void WriteFile(string json) => File.WriteAllText(_file, json);
}
