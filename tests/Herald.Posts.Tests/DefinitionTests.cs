using System.Text;
using Herald.Posts.Definitions;

namespace Herald.Posts.Tests;

/// <summary>What is wrong with a definition is said with its place, its value and what is allowed.</summary>
public sealed class DefinitionTests
{
    private const string Good = "\"about\": \"a\", \"url\": \"https://x.test\", \"json\": {}";

    [Theory]
    [InlineData("{", "", "not valid JSON")]
    [InlineData("[]", "", "Write an object")]
    [InlineData("{\"url\": \"https://x.test\", \"json\": {}}", "/about", "It is missing")]
    [InlineData("{\"about\": \"a\", \"json\": {}}", "/url", "It is missing. Write an address")]
    [InlineData("{\"about\": \"a\", \"url\": \"https://x.test\"}", "", "exactly one of json, form and text")]
    [InlineData("{" + Good + ", \"text\": \"\"}", "", "exactly one of json, form and text")]
    [InlineData("{\"about\": \"a\", \"url\": \"https://x.test\", \"json\": \"\"}", "/json", "Write an object")]
    [InlineData("{\"about\": \"a\", \"url\": \"https://x.test\", \"text\": {}}", "/text", "Write a text")]
    [InlineData("{" + Good + ", \"retries\": 3}", "/retries", "no such field here. Known: about, values, to")]
    [InlineData("{" + Good + ", \"about\": \"b\"}", "/about", "given twice")]
    [InlineData("{" + Good + ", \"method\": \"GET\"}", "/method", "One of POST, PUT, PATCH")]
    [InlineData("{" + Good + ", \"markup\": \"markdown\"}", "/markup", "One of none, slack, discord, html")]
    [InlineData("{" + Good + ", \"longestText\": 0}", "/longestText", "from 1 to 1000000")]
    [InlineData("{" + Good + ", \"lengthIn\": \"letters\"}", "/lengthIn", "One of characters, utf16, bytes")]
    [InlineData("{" + Good + ", \"largestBody\": 0}", "/largestBody", "from 1 to 100000000")]
    [InlineData("{" + Good + ", \"dropsRepeats\": \"yes\"}", "/dropsRepeats", "true or false")]
    [InlineData("{" + Good + ", \"headers\": {\"Host\": \"x\"}}", "/headers/Host", "Herald sets this header itself")]
    [InlineData("{" + Good + ", \"headers\": {\"A B\": \"x\"}}", "/headers/A B", "letters, digits and hyphens")]
    [InlineData("{" + Good + ", \"headers\": {\"A\": 1}}", "/headers/A", "Write a text")]
    [InlineData("{" + Good + ", \"headers\": {\"Title\": \"Störung {{id}}\"}}", "/headers/Title", "one line of ASCII")]
    [InlineData("{" + Good + ", \"headers\": {\"Title\": \"a\\r\\nX: b\"}}", "/headers/Title", "one line of ASCII")]
    [InlineData(
        "{" + Good + ", \"basic\": {\"user\": \"u\", \"password\": \"p\"}, \"headers\": {\"authorization\": \"Bearer x\"}}",
        "/headers/authorization", "basic writes this header")]
    [InlineData(
        "{" + Good + ", \"values\": {\"user\": {\"about\": \"u\", \"default\": \"{{account}}\"}}}",
        "/values/user/default", "no such value")]
    [InlineData("{" + Good + ", \"basic\": {\"user\": \"u\"}}", "/basic/password", "It is missing")]
    [InlineData("{" + Good + ", \"values\": {\"Token\": {\"about\": \"t\"}}}", "/values/Token", "lower-case letters")]
    [InlineData("{" + Good + ", \"values\": {\"text\": {\"about\": \"t\"}}}", "/values/text", "which messages have")]
    [InlineData("{" + Good + ", \"values\": {\"token\": {}}}", "/values/token/about", "It is missing")]
    [InlineData(
        "{" + Good + ", \"values\": {\"token\": {\"about\": \"t\", \"form\": \"hidden\"}}}",
        "/values/token/form", "One of text, secret, address, secret-address")]
    [InlineData(
        "{" + Good + ", \"values\": {\"token\": {\"about\": \"t\", \"form\": \"secret\", \"default\": \"x\"}}}",
        "/values/token/default", "A secret has no default")]
    [InlineData("{" + Good + ", \"to\": {}}", "/to/rule", "Say in a sentence")]
    [InlineData("{" + Good + ", \"to\": {\"rule\": \"r\", \"pattern\": \"(\"}}", "/to/pattern", "no regular expression")]
    [InlineData("{" + Good + ", \"to\": {\"rule\": \"r\", \"pattern\": \"(a)\\\\1\"}}", "/to/pattern", "no regular expression")]
    [InlineData("{" + Good + ", \"answers\": {}}", "/answers", "Write a list")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"status\": \"200\"}]}",
        "/answers/0/means", "It is missing. One of delivered, transient, throttled")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"status\": \"200\", \"means\": \"ok\"}]}",
        "/answers/0/means", "throttled, recipientThrottled, notTaken, permanent, badRecipient, troubled, unclear")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"status\": \"2xx\", \"means\": \"delivered\"}]}",
        "/answers/0/status", "a range such as 400-499")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"status\": \"299-200\", \"means\": \"delivered\"}]}",
        "/answers/0/status", "a range such as 400-499")]
    [InlineData("{" + Good + ", \"answers\": [{\"status\": 200, \"means\": \"delivered\"}]}", "/answers/0/status", "as a text")]
    [InlineData("{" + Good + ", \"answers\": [{\"means\": \"delivered\"}]}", "/answers/0", "A rule needs status, at or body")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"status\": \"200\", \"is\": \"x\", \"means\": \"delivered\"}]}",
        "/answers/0/is", "Say where the text is")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"body\": true, \"at\": \"x\", \"means\": \"delivered\"}]}",
        "/answers/0/at", "remove at or body")]
    [InlineData(
        "{" + Good + ", \"answers\": [{\"at\": \"x\", \"is\": [[]], \"means\": \"delivered\"}]}",
        "/answers/0/is", "a list of texts")]
    [InlineData("{" + Good + ", \"words\": {}}", "/words", "a list of texts")]
    public void A_problem_names_place_value_and_rule(string json, string pointer, string rule)
    {
        var (definition, problems) = DefinitionReader.Read(Encoding.UTF8.GetBytes(json));

        Assert.Null(definition);
        Assert.Contains(problems, problem => problem.Pointer == pointer && problem.Rule.Contains(rule, StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_are_found_at_once()
    {
        const string Json = "{\"about\": 1, \"url\": 2, \"form\": [], \"method\": 3, \"x\": 4}";
        var (_, problems) = DefinitionReader.Read(Encoding.UTF8.GetBytes(Json));
        Assert.Equal(["/x", "/form", "/about", "/method", "/url"], problems.Select(problem => problem.Pointer));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Value));
    }

    [Fact]
    public void A_file_can_have_comments_and_trailing_commas()
    {
        var (definition, problems) = DefinitionReader.Read(Encoding.UTF8.GetBytes("// mine\n{" + Good + ", \"method\": \"PUT\",}"));
        Assert.Empty(problems);
        Assert.Equal("PUT", definition!.Method);
    }

    [Fact]
    public void Every_preset_can_be_read_and_names_its_document()
    {
        foreach (var preset in Presets.Posts.Names)
        {
            var (definition, problems) = DefinitionReader.Read(Presets.Posts.Load(preset).Json);
            Assert.Empty(problems);
            Assert.Contains("https://", definition!.About, StringComparison.Ordinal);
        }
    }

    /// <summary>A damaged file is refused or read, whatever it is: never an exception.</summary>
    [Fact]
    public void Damaged_definitions_are_values()
    {
        var random = new Random(5);
        foreach (var preset in Presets.Posts.Names)
        {
            var json = Presets.Posts.Load(preset).Json!;
            for (var round = 0; round < 300; round++)
            {
                var damaged = json.ToArray();
                for (var n = random.Next(1, 4); n > 0; n--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                var (definition, problems) = DefinitionReader.Read(damaged);
                Assert.Equal(definition is null, problems.Count > 0);
            }
        }
    }
}
