using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Soak.Figures;

/// <summary>What a soak has seen, as its record has it.</summary>
/// <param name="Hours">Of load.</param>
/// <param name="Published">Events that somebody has given their word for.</param>
/// <param name="Received">Deliveries, each counted once.</param>
/// <param name="Repeats">Deliveries that came again.</param>
/// <param name="Broken">Promises that were not kept.</param>
/// <param name="LongestSettleSeconds">Of the slowest round: from when nothing was wrong any more until everything had come.</param>
/// <param name="StoodStillSeconds">The soak itself.</param>
/// <param name="MachineLoad">Processes of the whole machine that run or want to; null where nobody tells.</param>
internal sealed record SoakReport(
    int Seed, double Hours, int Rate, int Rounds, long Published, long Received, long Repeats, long Facts, int Broken,
    double LongestSettleSeconds, double StoodStillSeconds, double? MachineLoad, IReadOnlyDictionary<string, int> Faults,
    IReadOnlyList<WaitRow> Waits, IReadOnlyList<string> LeftOut)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}
