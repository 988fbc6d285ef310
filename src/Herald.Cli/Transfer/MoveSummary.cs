using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Engine.Transfer;

namespace Herald.Cli.Transfer;

/// <summary>Prints how many items of each kind were moved.</summary>
internal static class MoveSummary
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly (MoveSection Section, string Name, string Words)[] Kinds =
    [
        (MoveSection.Events, "events", "events"),
        (MoveSection.Catalog, "catalogRecords", "catalog records"),
        (MoveSection.Progress, "progressRecords", "progress records"),
        (MoveSection.DeadLetters, "deadLetters", "dead letters"),
        (MoveSection.State, "stateEntries", "state entries"),
        (MoveSection.Sources, "sources", "sources"),
        (MoveSection.Remembered, "rememberedIds", "ids of events that are no longer kept"),
        (MoveSection.History, "historyBlocks", "blocks of attempt history"),
        (MoveSection.KeptEvents, "keptEvents", "older events of waiting keys"),
    ];

    public static void Write(TextWriter into, bool json, string verb, MoveTally tally, TimeSpan took)
    {
        if (!json)
        {
            into.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verb} "
                + $"{tally.Shape.Shards.Count} shards in {took.TotalSeconds:0.0} s: ")
                + string.Join(
                    ", ", Kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{tally[kind.Section]} {kind.Words}"))));
            return;
        }
        var told = new JsonObject { ["shards"] = tally.Shape.Shards.Count };
        foreach (var (section, name, _) in Kinds)
            told[name] = tally[section];
        into.WriteLine(told.ToJsonString(Indented));
    }
}
