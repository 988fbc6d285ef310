using System.Text.Json;
using Xunit;

namespace Herald.Client.Tests.Json;

public sealed class JsonTextTests
{
    private const string Event = """{"id":"e","payload":{"a":"\ud800","\udc00":1}}""";

    [Theory]
    [InlineData("\"\\ud800\"", "\\ud800")]
    [InlineData("{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\"}")]
    [InlineData("[\"\\u00e9\"]", "[\"é\"]")]
    public void What_no_text_can_be_made_of_is_shown_as_it_came(string json, string shown) => Assert.Equal(shown, JsonText.Plain(JsonText.TryParse(json)!.Value));

    [Fact]
    public void An_answer_is_shown_indented_and_without_escapes()
    {
        const string Shown = """
            {
              "a": [
                1.50,
                {
                  "b": "é<"
                }
              ],
              "c": {}
            }
            """;
        var answer = JsonText.TryParse("""{"a":[1.50,{"b":"\u00e9\u003c"}],"c":{}}""")!.Value;
        Assert.Equal(Shown.ReplaceLineEndings(), JsonText.Indented(answer));
    }

    [Fact]
    public void An_answer_with_half_a_character_in_it_is_shown()
    {
        var shown = JsonText.TryParse(Event)!.Value;
        Assert.Equal(JsonValueKind.Object, JsonText.TryParse(JsonText.Indented(shown))!.Value.ValueKind);
    }
}
