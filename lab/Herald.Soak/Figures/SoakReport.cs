using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Soak.Figures;

/// <summary>The results of a soak, in the form of its record.</summary>
/// <param name="Hours">The hours with load.</param>
/// <param name="Published">Events that Herald or a broker has confirmed.</param>
/// <param name="Received">Deliveries, each counted once.</param>
/// <param name="Repeats">Repeated deliveries.</param>
/// <param name="Broken">Promises that were broken.</param>
/// <param name="LongestSettleSeconds">
/// The longest time of all rounds from the repair of the last fault until every event had been received.
/// </param>
/// <param name="StoodStillSeconds">How long the soak itself was suspended.</param>
/// <param name="MachineLoad">
/// The average number of processes of the whole machine that run or wait to run; null when the system does not report it.
/// </param>
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
