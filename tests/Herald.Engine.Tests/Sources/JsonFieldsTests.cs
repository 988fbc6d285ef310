using System.Text;
using System.Text.Json;
using Herald.Engine.Sources;
using Xunit;

namespace Herald.Engine.Tests.Sources;

public sealed class JsonFieldsTests
{
    private const uint A = 1, B = 2, Both = A | B;
    private const string Missing = "There are alpha and beta.";

    private readonly JsonFields _exact = new(anyCase: false, "alpha", "beta"), _anyCase = new(anyCase: true, "alpha", "beta");

    [Theory]
    [InlineData("""{"alpha":1,"beta":2}""")]
    [InlineData("""  { "beta" : 2 , "alpha" : 1 }  """)]
    [InlineData("""{"\u0061lpha":1,"be\u0074a":2}""")]
    [InlineData("""{"other":{"alpha":9},"alpha":1,"other":[{"beta":9}],"beta":2,"Alpha":7,"\ud800":8,"alpha ":9,"":null}""")]
    [InlineData("""{"a_name_that_is_longer_than_any_known_one_could_be_even_if_every_byte_of_it_was_escaped":5,"alpha":1,"beta":2}""")]
    public void Fields_are_read_in_any_order_and_others_are_passed_over(string json) => Assert.Equal((null, "alpha=1 beta=2"), Read(_exact, json));

    [Theory]
    [InlineData("""{"ALPHA":1,"bEtA":2}""")]
    [InlineData("""{"\u0041lpha":1,"BETA":2}""")]
    public void Names_may_be_in_any_letter_case(string json)
    {
        Assert.Equal((null, "alpha=1 beta=2"), Read(_anyCase, json));
        Assert.Equal("alpha is missing: There are alpha and beta.", Read(_exact, json).Refusal);
    }

    [Theory]
    [InlineData("""{"alpha":1}""", "beta is missing: There are alpha and beta.")]
    [InlineData("{}", "alpha is missing: There are alpha and beta.")]
    [InlineData("""{"alpha":1,"alpha":1,"beta":2}""", "alpha is given twice: Give each field only once.")]
    [InlineData("""{"alpha":1,"beta":"two"}""", "beta = 'two': A whole number.")]
    [InlineData("""{"alpha":{"x":1},"beta":2}""", "alpha = '{…}': A whole number.")]
    [InlineData("""{"alpha":[1],"beta":2}""", "alpha = '[…]': A whole number.")]
    [InlineData("""{"alpha":null,"beta":2}""", "alpha = 'null': A whole number.")]
    [InlineData("""[{"alpha":1,"beta":2}]""", """value = '[{"alpha":1,"beta":2}]': A message must be one JSON object.""")]
    [InlineData("\"alpha\"", "value = '\"alpha\"': A message must be one JSON object.")]
    [InlineData("", "value = '': Not valid JSON at line 1, byte 1.")]
    [InlineData("""{"alpha":1,"beta":2}{}""", """value = '{"alpha":1,"beta":2}{}': Not valid JSON at line 1, byte 21.""")]
    [InlineData("""{"alpha":1,"beta":2,}""", """value = '{"alpha":1,"beta":2,}': Not valid JSON at line 1, byte 21.""")]
    [InlineData("{\"alpha\":1,\n\"beta\":", "value = '0x7b22616c706861223a312c0a2262657461223a': Not valid JSON at line 2, byte 8.")]
    public void What_is_wrong_is_told_by_field_value_and_rule(string json, string expected) => Assert.Equal(expected, Read(_exact, json).Refusal);

    [Fact]
    public void Twice_in_two_letter_cases_is_twice() =>
        Assert.Equal("beta is given twice: Give each field only once; letter case does not matter.", Read(_anyCase, """{"alpha":1,"beta":2,"BETA":2}""").Refusal);

    [Fact]
    public void What_is_not_wanted_is_passed_over_whatever_it_is() => Assert.Equal((null, "alpha=1"), Read(_exact, """{"beta":"two","alpha":1,"beta":[]}""", A));

    [Fact]
    public void A_text_is_read_without_its_escapes_or_not_at_all()
    {
        Assert.Equal("a\"é", Text("""a\"\u00e9""", 20));
        Assert.Equal("abc", Text("abc", 3));
        Assert.Null(Text("abcd", 3));
        Assert.Null(Text("\\ud800", 20));
    }

    private static string? Text(string written, int room)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes($"\"{written}\""));
        json.Read();
        var into = new byte[room];
        return JsonFields.TryReadText(ref json, into, out var length) ? Encoding.UTF8.GetString(into, 0, length) : null;
    }

    private static (string? Refusal, string Read) Read(JsonFields fields, string json, uint wanted = Both)
    {
        var read = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var refusal = fields.Read(Encoding.UTF8.GetBytes(json), wanted, Missing, read, (into, field, ref value) =>
        {
            if (value.TokenType != JsonTokenType.Number || !value.TryGetInt64(out var number))
                return fields.Refuse(field, value, "A whole number.");
            into.Add(field == 0 ? "alpha" : "beta", number);
            return null;
        });
        return (refusal, string.Join(' ', read.Select(one => $"{one.Key}={one.Value}")));
    }
}
