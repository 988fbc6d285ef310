using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Simulation.Runs;
using Herald.TestKit.Hashes;

namespace Herald.Simulation.Worlds;

/// <summary>An event to publish. It is published again with the same id until it is answered.</summary>
/// <param name="Topic">The full name.</param>
internal sealed record Publication(string Topic, string Id, string? Key, string? Type, string? Color, string Payload);

/// <summary>Draws events with few keys, types and colours, so that many match one filter or share a lane.</summary>
/// <param name="keysCollide">
/// The first and the second key share one hash, and so do the third and the fourth, when they are in one shard.
/// </param>
internal sealed class EventMaker(Simulator simulator, int keys, bool keysCollide)
{
    // Four letters, so that the value stands where a forged value must stand.
    public const string Attribute = "tint";
    public static readonly string[] Types = ["a", "b"];

    /// <summary>Made so that they share one hash when no secret goes into it.</summary>
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
