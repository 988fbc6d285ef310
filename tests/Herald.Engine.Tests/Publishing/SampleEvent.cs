using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;

namespace Herald.Engine.Tests.Publishing;

/// <summary>An event as the publisher gives it. Tests compare it with what a record contains.</summary>
internal sealed record SampleEvent
{
    public string? Id { get; init; }
    public string? Key { get; init; }
    public string Type { get; init; } = "";
    public string ContentType { get; init; } = "";
    public string Trace { get; init; } = "";
    public byte[] Payload { get; init; } = [];
    public long? TimeMs { get; init; }
    public IReadOnlyList<(string Name, string Value)> Attributes { get; init; } = [];

    public static SampleEvent Drawn(Random random)
    {
        var attributes = new Dictionary<string, string>();
        var count = random.Next(4) switch { 0 => 0, 1 => 50, _ => random.Next(6) };
        for (var i = 0; i < count; i++)
            attributes[Text(random, 1 + random.Next(20))] = Text(random, random.Next(3) == 0 ? 0 : random.Next(60));
        var payload = new byte[Length(random, 2000)];
        random.NextBytes(payload);
        return new SampleEvent
        {
            Id = random.Next(2) == 0 ? null : Text(random, Math.Max(1, Length(random, 255))),
            Key = random.Next(2) == 0 ? null : Text(random, Math.Max(1, Length(random, 1024))),
            Type = Text(random, Length(random, 255)),
            ContentType = random.Next(2) == 0 ? "" : "x/" + Plain(random, Length(random, 253)),
            Trace = Plain(random, Length(random, 255)),
            Payload = payload,
            TimeMs = random.Next(2) == 0 ? null : random.NextInt64(-62135510400000, 253402214400000),
            Attributes = [.. attributes.Select(a => (a.Key, a.Value))],
        };
    }

    /// <summary>Draws text of exactly this many bytes of UTF-8. Some characters are longer than one byte.</summary>
    public static string Text(Random random, int bytes)
    {
        var text = new StringBuilder();
        while (bytes > 0)
        {
            var wide = bytes >= 4 && random.Next(8) == 0;
            text.Append(wide ? "🜁" : bytes >= 2 && random.Next(6) == 0 ? "é" : ((char)random.Next('!', '~' + 1)).ToString());
            bytes = 0 < bytes - 1 && text[^1] == 'é' ? bytes - 2 : wide ? bytes - 4 : bytes - 1;
        }
        return text.ToString();
    }

    /// <summary>Draws text that is allowed in a header.</summary>
    private static string Plain(Random random, int bytes) => string.Create(bytes, random, (text, r) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = (char)r.Next(' ', '~' + 1);
    });

    public FieldProblem? AddTo(PublishBatch batch)
    {
        var attributes = new AttributeBuffer();
        foreach (var (name, value) in Attributes)
        {
            if (attributes.Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value)) is { } problem)
                return problem;
        }
        return batch.Add(new EventDraft
        {
            Id = Encoding.UTF8.GetBytes(Id ?? ""),
            HasId = Id is not null,
            Key = Encoding.UTF8.GetBytes(Key ?? ""),
            HasKey = Key is not null,
            Type = Encoding.UTF8.GetBytes(Type),
            ContentType = Encoding.UTF8.GetBytes(ContentType),
            Trace = Encoding.UTF8.GetBytes(Trace),
            Payload = Payload,
            TimeMs = TimeMs,
            Attributes = attributes,
        });
    }

    private static int Length(Random random, int most) => random.Next(4) switch { 0 => 0, 1 => most, _ => random.Next(most + 1) };
}
