using Herald.Alarms.Commands;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Alarms;

/// <summary>The measured server: one with the application, or one that only receives the same messages and appends them.</summary>
/// <param name="Counted">The metric that counts the durable messages.</param>
internal sealed record AlarmsSide(string Name, IReadOnlyList<string> Command, string Counted)
{
    public const string Topic = "alarms";

    public static readonly AlarmsSide Application = new(
        "herald", ServerProcess.Alarms, "herald_application_events_total{application=\"alarms\"}");
    public static readonly AlarmsSide OnlyAppending = new(
        "only appending", ServerProcess.Plain, $"herald_nats_messages_total{{topic=\"{Topic}\",outcome=\"accepted\"}}");

    /// <param name="stream">Null for no stream.</param>
    public string[] Settings(string url, string? stream) => this == Application
        ? ["--nats", url, .. stream is null ? (string[])[NatsOptionSet.NoStreamOption] : [NatsOptionSet.StreamOption, stream]]
        : SetOption.Arguments([.. NatsOptionSet.SettingsOf(url, stream), new("nats.batchEvents", "4096"), new("nats.batchWait", "2ms")]);

    public async Task<long> CountAsync(HeraldClient client, CancellationToken cancel) =>
        (long)((await client.Operations.GetMetricsAsync(cancel)).Value?.Find(Counted) ?? 0);
}
