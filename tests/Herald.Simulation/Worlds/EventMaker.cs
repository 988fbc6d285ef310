using System.Text;
using Herald.Engine.Publishing;
using Herald.Simulation.Running;
using Herald.TestKit.Hashes;

namespace Herald.Simulation.Worlds;

/// <summary>An event to publish, and to publish again with the same id until it is answered.</summary>
internal sealed record Publication(string Topic, string Id, string? Key, string? Type, string? Color, string Payload);

/// <summary>Draws events of few keys, types and colours, so that filters and lanes meet.</summary>
/// <param name="keysCollide">By chance, keys have one hash: the first and the second, the third and the fourth, where they are in one shard.</param>
internal sealed class EventMaker(Simulator simulator, int keys, bool keysCollide)
{
    // Of four letters, so that its value is where a forged one must stand.
    public const string Attribute = "tint";
    public static readonly string[] Types = ["a", "b"];

    /// <summary>Made so that a hash without a secret could not tell them apart.</summary>
    public static readonly string[] Colors = [ForgedPair.Of(1).One, ForgedPair.Of(1).Other];
    private int _number;

    public Publication Make(string topic)
    {
        var number = ++_number;
        var key = simulator.Draw(0.1) ? null : KeyOf(simulator.Draw(1, keys));
        var type = simulator.Draw(0.2) ? null : simulator.Draw(Types);
        var color = simulator.Draw(0.5) ? null : simulator.Draw(Colors);
        return new(topic, $"id{number}", key, type, color, $$"""{"n":{{number}},"pad":"{{new string('x', simulator.Draw(0, 120))}}"}""");
    }

    public string KeyOf(int number) => keysCollide && number <= OneLane.Keys.Count ? OneLane.Keys[number - 1] : $"key{number}";

    public static void Add(PublishBatch batch, Publication one)
    {
        var attributes = new AttributeBuffer();
        if (one.Color is { } color)
            attributes.Add(Encoding.UTF8.GetBytes(Attribute), Encoding.UTF8.GetBytes(color));
        var draft = new EventDraft
        {
            Id = Encoding.UTF8.GetBytes(one.Id),
            HasId = true,
            Key = Encoding.UTF8.GetBytes(one.Key ?? ""),
            HasKey = one.Key is not null,
            Type = Encoding.UTF8.GetBytes(one.Type ?? ""),
            Payload = Encoding.UTF8.GetBytes(one.Payload),
            Attributes = attributes,
        };
        if (batch.Add(draft) is { } problem)
            throw new Violation($"an event is refused: {problem}");
    }
}
