using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Herald.Lab.Benches.Delivery;

/// <summary>What the receiver has received so far.</summary>
/// <param name="Herald">Distinct events of all subscriptions.</param>
/// <param name="Repeated">Repeats of these events.</param>
/// <param name="LastAt">When the last of them came, on the clock that all processes of a machine share.</param>
/// <param name="Limit">Requests of the bare loop.</param>
/// <param name="Refused">Requests with an invalid signature.</param>
/// <param name="Damaged">Signed events that differ from what was published.</param>
internal sealed record ReceiverState(
    long Herald, long Repeated, long OutOfOrder, long LastAt, long Limit, long Refused, string? LastRefusal, long Damaged)
{
    /// <summary>A description of what is wrong with the received events; null when nothing is.</summary>
    [JsonIgnore]
    public string? Complaint => (OutOfOrder, Refused, Damaged) == (0, 0, 0) ? null
        : $"{OutOfOrder} came after a later one of their key, {Damaged} were damaged, and {Refused} were refused ({LastRefusal ?? "none"}).";

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, ReceiverJson.Default.ReceiverState)!.AsObject();

    public static ReceiverState Parse(JsonElement json) => json.Deserialize(ReceiverJson.Default.ReceiverState)!;
}
