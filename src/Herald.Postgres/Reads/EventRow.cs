using Herald.Engine.Events;
using Npgsql;

namespace Herald.Postgres.Reads;

/// <summary>The index entry of an event in its table.</summary>
internal static class EventRow
{
    public const string IndexColumns =
        "e.sequence, e.accepted_at_ms, e.key_hash, e.id_hash, e.route_high, e.route_low, e.topic, e.flags, e.size";

    /// <summary>Reads a row that begins with <see cref="IndexColumns"/>.</summary>
    public static IndexEntry ReadIndex(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetInt64(1), (ulong)reader.GetInt64(2), (ulong)reader.GetInt64(3),
        new UInt128((ulong)reader.GetInt64(4), (ulong)reader.GetInt64(5)), reader.GetInt32(6), reader.GetInt32(8),
        (EventFlags)reader.GetInt32(7));
}
