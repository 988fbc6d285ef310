using System.Text;

namespace Herald.Server.Tests.Events;

/// <summary>
/// An event in JSON as a careless or hostile publisher may write it, and the payload that its receivers must get if it is accepted.
/// </summary>
internal sealed record NastyEvent(string Json, byte[] Payload)
{
    /// <summary>Texts as they stand between the quotes of a JSON string.</summary>
    private static readonly string[] Texts =
    [
        "", "a", "\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud83d\\ude00", "😀", "\\u0000", "\\u001f", "\\u007f", "\\uFFFE", "\uFFFE", "\uFFFF", "\\ufeff", "\u2028", "\u202e",
        "\u0085", "\\\"", "\\\\", "\\/", "<script>", "é", "%2F", "%00", "%ED%A0%80", "..", "?", "#", "+", " ", "&amp;", "\\n", "\\r\\ndata: x", "A\u030a",
    ];

    private static readonly string[] Scalars =
        ["null", "0", "-0", "1e999", "-1E-999", "0.1e-400", "123456789012345678901234567890.12345678901234567890", "true", "\"\\ud800\"", "{\"\\udfff\":1}", "{\"a\":1,\"a\":2}", " [ 1 ,\n\r\t 2 ] "];

    private static readonly string[] Times =
    [
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "0001-01-02T00:00:00Z", "9999-12-30T23:59:59.999Z", "9999-12-31T23:59:59.9999999Z",
        "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z", "2026-01-31T12:00:00\\u002B01:00", "\\ud8002026-01-31T12:00:00Z", "2026-01-31T12:00:00\\ud800Z", "2016-12-31T23:59:60Z",
        "2026-02-30T00:00:00Z", "2026-01-31T12:00:00+99:99", "2026-01-31T12:00:00.123456789Z", "-001-01-01T00:00:00Z",
    ];

    private static readonly string[] ContentTypes =
        ["application/json", "application/JSON; charset=\\\"utf-8\\\"", "application/problem+json", "image/jpeg", "text/plain", "a/b", "\\ud800/json", "json"];

    public static NastyEvent Drawn(Random random, int number)
    {
        var fields = new List<string> { $"\"id\":\"{number}-{Text(random, 250)}\"" };
        if (random.Next(2) == 0)
            fields.Add($"\"key\":\"{number}{Text(random, 1020)}\"");
        if (random.Next(3) == 0)
            fields.Add($"\"type\":\"{Text(random, 255)}\"");
        if (random.Next(3) == 0)
            fields.Add($"\"time\":\"{Times[random.Next(Times.Length)]}\"");
        if (random.Next(3) == 0)
            fields.Add($"\"contentType\":\"{ContentTypes[random.Next(ContentTypes.Length)]}\"");
        if (random.Next(3) == 0)
            fields.Add($"\"attributes\":{{{string.Join(',', Enumerable.Range(0, 1 + random.Next(3)).Select(i => $"\"{i}{Text(random, 250)}\":\"{Text(random, 1000)}\""))}}}");
        byte[] payload;
        if (random.Next(2) == 0)
        {
            var json = Value(random);
            payload = Encoding.UTF8.GetBytes(json.Trim(' '));
            fields.Add($"\"payload\":{json}");
        }
        else
        {
            payload = Bytes(random);
            fields.Add($"\"payloadBase64\":\"{Convert.ToBase64String(payload)}\"");
        }
        return new($"{{{string.Join(',', fields.OrderBy(_ => random.Next()))}}}", payload);
    }

    private static string Value(Random random)
    {
        var inner = random.Next(3) == 0 ? $"\"{Text(random, 300)}\"" : Scalars[random.Next(Scalars.Length)];
        var depth = random.Next(3) == 0 ? 55 + random.Next(14) : random.Next(3);
        return random.Next(2) == 0
            ? new string('[', depth) + inner + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + inner + new string('}', depth);
    }

    private static byte[] Bytes(Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                var any = new byte[random.Next(40)];
                random.NextBytes(any);
                return any;
            case 1:
                return [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"']; // A JSON string with invalid bytes: an encoded surrogate.
            case 2:
                return [0xEF, 0xBB, 0xBF, (byte)'1'];
            default:
                return Encoding.UTF8.GetBytes(Value(random));
        }
    }

    /// <summary>Draws a text. It often is nearly as long as allowed and ends with a character of four bytes.</summary>
    private static string Text(Random random, int bytes)
    {
        var text = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Texts[random.Next(Texts.Length)]));
        return random.Next(4) == 0 ? text + new string('x', Math.Max(0, bytes - 4 - random.Next(8) - Encoding.UTF8.GetByteCount(text))) + "😀" : text;
    }
}
