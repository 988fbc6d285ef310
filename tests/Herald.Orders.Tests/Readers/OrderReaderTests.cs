using System.Text;
using Herald.Engine.Sources;
using Herald.Orders.Readers;
using Xunit;

namespace Herald.Orders.Tests.Readers;

public sealed class OrderReaderTests
{
    private const string Id = "3f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3d", Customer = "00000000-0000-0000-0000-0000000000c1", Order = "ABCDEF00-0000-4000-8000-00000000000A";

    private const string Good =
        $$"""{"id":"{{Id}}","customer_id":"{{Customer}}","order_id":"{{Order}}","type":"state1","occurred_at":"2026-01-31T12:00:00.123456789Z","sequence_number":7}""";

    private readonly OrderReader _reader = new();

    [Fact]
    public void A_message_is_the_event_of_its_order_for_its_customer()
    {
        var message = Message(Good);
        Assert.Null(_reader.Read(message, out var draft));
        Assert.Equal(Id, Text(draft.Id));
        Assert.True(draft.HasId);
        Assert.Equal(Order.ToLowerInvariant(), Text(draft.Key));
        Assert.True(draft.HasKey);
        Assert.Equal("state1", Text(draft.Type));
        Assert.Equal("application/json", Text(draft.ContentType));
        Assert.Equal(Good, Text(draft.Payload));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero).ToUnixTimeMilliseconds(), draft.TimeMs);
        Assert.Equal(1, draft.Attributes!.Count);
    }

    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("""[[],{"id":"not this one"},"\u00e9"]""")]
    [InlineData("null")]
    public void Other_fields_are_the_receivers(string value)
    {
        Assert.Null(Refusal(Good[..^1] + $$""","other":{{value}},"other":{{value}}}"""));
    }

    [Theory]
    [InlineData("\"type\":\"state1\"", "\"type\":\"st\\u0061te1\"")]
    [InlineData("\"type\"", "\"t\\u0079pe\"")]
    [InlineData(Id, "3F0C8E0A-5B7E-4D3C-9D54-0A6F7A1C2B3D")]
    [InlineData(Id, "\\u0033f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3d")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":0")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":9223372036854775807")]
    [InlineData("{\"id\":", "{\"\\ud800\":1,\"id\":")]
    public void The_same_may_be_written_otherwise(string part, string other)
    {
        var message = Message(Good.Replace(part, other, StringComparison.Ordinal));
        Assert.Null(_reader.Read(message, out var draft));
        Assert.Equal(Id, Text(draft.Id));
        Assert.Equal("state1", Text(draft.Type));
    }

    [Theory]
    [InlineData("\"id\":\"" + Id + "\",", "", "id is missing")]
    [InlineData("\"customer_id\":\"" + Customer + "\",", "", "customer_id is missing")]
    [InlineData("\"order_id\":\"" + Order + "\",", "", "order_id is missing")]
    [InlineData("\"type\":\"state1\",", "", "type is missing")]
    [InlineData("\"occurred_at\":\"2026-01-31T12:00:00.123456789Z\",", "", "occurred_at is missing")]
    [InlineData(",\"sequence_number\":7", "", "sequence_number is missing")]
    [InlineData("{\"id\":", "{\"id\":\"" + Id + "\",\"id\":", "id is given twice")]
    [InlineData(",\"sequence_number\":7", ",\"sequence_number\":7,\"sequence_number\":7", "sequence_number is given twice")]
    [InlineData(Id, "3f0c8e0a5b7e4d3c9d540a6f7a1c2b3d", "id = '3f0c8e0a5b7e4d3c9d540a6f7a1c2b3d': A uuid")]
    [InlineData(Id, "{3f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3d}", "id = '{3f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3d}': A uuid")]
    [InlineData(Id, "3f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3g", "id = '3f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3g': A uuid")]
    [InlineData("\"" + Customer + "\"", "17", "customer_id = '17': A uuid")]
    [InlineData("\"" + Order + "\"", "null", "order_id = 'null': A uuid")]
    [InlineData("\"" + Order + "\"", "{\"a\":1}", "order_id = '{…}': A uuid")]
    [InlineData("\"" + Order + "\"", "[]", "order_id = '[…]': A uuid")]
    [InlineData("\"state1\"", "\"\"", "type = '': The name of a state")]
    [InlineData("\"state1\"", "1", "type = '1': The name of a state")]
    [InlineData("\"state1\"", "\"a\\nb\"", "type = 'a\\nb': The name of a state")]
    [InlineData("\"state1\"", "\"\\ud800\"", "type = '\\ud800': The name of a state")]
    [InlineData("\"2026-01-31T12:00:00.123456789Z\"", "\"yesterday\"", "occurred_at = 'yesterday': Must be a time")]
    [InlineData("\"2026-01-31T12:00:00.123456789Z\"", "1769860800", "occurred_at = '1769860800': Must be a time")]
    [InlineData("2026-01-31T12:00:00.123456789Z", "0001-01-01T00:00:00+23:59", "occurred_at = '0001-01-01T00:00:00+23:59': The time")]
    [InlineData("2026-01-31T12:00:00.123456789Z", "9999-12-31T23:59:59.999-23:59", "occurred_at = '9999-12-31T23:59:59.999-23:59': The time")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":-1", "sequence_number = '-1': Must be a whole number")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":1.0", "sequence_number = '1.0': Must be a whole number")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":\"7\"", "sequence_number = '7': Must be a whole number")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":9223372036854775808", "sequence_number = '9223372036854775808': Must be a whole number")]
    [InlineData("\"sequence_number\":7", "\"sequence_number\":true", "sequence_number = 'true': Must be a whole number")]
    public void What_breaks_a_rule_is_refused_with_field_value_and_rule(string part, string other, string expected)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        Assert.StartsWith(expected, Refusal(Good.Replace(part, other, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "value = '': Not valid JSON")]
    [InlineData("hello", "value = 'hello': Not valid JSON")]
    [InlineData("[]", "value = '[]': A message must be one JSON object.")]
    [InlineData(Good + "{}", "Not valid JSON")]
    [InlineData("{\"id\":", "Not valid JSON")]
    public void What_is_no_object_is_refused(string value, string expected) => Assert.Contains(expected, Refusal(value), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_are_shown_in_hexadecimal() => Assert.StartsWith(
        "value = '0x00ff10': Not valid JSON", _reader.Read(new SourceMessage { Place = default, Value = [0, 255, 16] }, out _), StringComparison.Ordinal);

    [Fact]
    public void A_state_with_a_name_that_is_too_long_is_refused()
    {
        Assert.Null(Refusal(Good.Replace("state1", new string('s', 255), StringComparison.Ordinal)));
        Assert.StartsWith("type = 'sss", Refusal(Good.Replace("state1", new string('s', 256), StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tombstone_tells_of_no_change() =>
        Assert.StartsWith("value = null: ", _reader.Read(new SourceMessage { Place = default, IsTombstone = true }, out _), StringComparison.Ordinal);

    [Fact]
    public void The_key_is_the_order_as_text_or_as_bytes()
    {
        Assert.Null(Refusal(Good, key: Encoding.UTF8.GetBytes(Order)));
        Assert.Null(Refusal(Good, key: Encoding.UTF8.GetBytes(Order.ToLowerInvariant())));
        Assert.Null(Refusal(Good, key: Guid.Parse(Order).ToByteArray(bigEndian: true)));
        Assert.StartsWith($"key = '{Customer}': Must be the order_id", Refusal(Good, key: Encoding.UTF8.GetBytes(Customer)), StringComparison.Ordinal);
        Assert.Contains("Must be the order_id", Refusal(Good, key: Guid.Parse(Order).ToByteArray(bigEndian: false)), StringComparison.Ordinal);
        Assert.StartsWith("key = 'order-17': The key of a message must be its order_id.", Refusal(Good, key: "order-17"u8.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", Id)]
    [InlineData("customer_id", Customer)]
    public void Headers_say_what_the_message_says(string name, string value)
    {
        Assert.Null(Refusal(Good, header: (name, Encoding.UTF8.GetBytes(value.ToUpperInvariant()))));
        Assert.Null(Refusal(Good, header: (name, Guid.Parse(value).ToByteArray(bigEndian: true))));
        Assert.StartsWith(
            $"header {name} = '{Order.ToLowerInvariant()}': Must be the {name} of the message, which is '{value}'.",
            Refusal(Good, header: (name, Guid.Parse(Order).ToByteArray(bigEndian: true))), StringComparison.Ordinal);
        Assert.StartsWith($"header {name} = 'x': {Uuid.RawRule}", Refusal(Good, header: (name, "x"u8.ToArray())), StringComparison.Ordinal);
        Assert.StartsWith($"header {name} = '': ", Refusal(Good, header: (name, [])), StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_of_others_are_passed_over_but_for_a_trace()
    {
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        SourceHeader[] headers = [new("anything", new byte[] { 255 }), new("traceparent", Encoding.UTF8.GetBytes(Trace))];
        Assert.Null(_reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(Good), Headers = headers }, out var draft));
        Assert.Equal(Trace, Text(draft.Trace));
        headers = [new("traceparent", "nonsense"u8.ToArray())];
        Assert.Null(_reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(Good), Headers = headers }, out draft));
        Assert.True(draft.Trace.IsEmpty);
    }

    [Fact]
    public void A_good_message_allocates_nothing()
    {
        var value = Encoding.UTF8.GetBytes(Good);
        SourceHeader[] headers = [new("id", Guid.Parse(Id).ToByteArray(bigEndian: true)), new("customer_id", Encoding.UTF8.GetBytes(Customer))];
        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Read();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Read()
        {
            if (_reader.Read(new SourceMessage { Place = default, Value = value, Headers = headers }, out _) is { } refusal)
                throw new InvalidOperationException(refusal);
        }
    }

    private string? Refusal(string value, byte[]? key = null, (string Name, byte[] Value)? header = null)
    {
        SourceHeader[] headers = header is { } given ? [new(given.Name, given.Value)] : [];
        return _reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(value), Key = key, Headers = headers }, out _);
    }

    private static SourceMessage Message(string value) => new() { Place = default, Value = Encoding.UTF8.GetBytes(value) };

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
