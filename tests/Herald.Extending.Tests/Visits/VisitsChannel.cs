using System.Text;
using Herald.Engine.Channels;
using Npgsql;

namespace Herald.Extending.Tests.Visits;

/// <summary>Writes a row for each event. An event that is delivered twice is one row.</summary>
internal sealed class VisitsChannel(NpgsqlDataSource database) : IChannel
{
    public IReadOnlyList<string> Schemes => ["visits"];

    public string? Refuse(Uri address) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        try
        {
            await using var command = database.CreateCommand("insert into visits.visit (id, key) values ($1, $2) on conflict do nothing");
            command.Parameters.AddWithValue(attempt.MessageId);
            command.Parameters.AddWithValue(Encoding.UTF8.GetString(attempt.Event.Key));
            await command.ExecuteNonQueryAsync(cancel);
            return AttemptResult.Delivered;
        }
        catch (NpgsqlException failure)
        {
            return AttemptResult.Troubled(AttemptStage.Send, failure.Message);
        }
    }
}
