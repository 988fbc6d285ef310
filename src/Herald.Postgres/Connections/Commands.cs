using Npgsql;
using NpgsqlTypes;

namespace Herald.Postgres.Connections;

/// <summary>Commands with positional, typed parameters.</summary>
internal static class Commands
{
    public static NpgsqlBatch With(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
        return batch;
    }

    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Every text parameter passes through here: see <see cref="StoredText"/>.</summary>
    public static NpgsqlParameter<string> Value(string value) => new() { TypedValue = StoredText.Of(value) };

    public static NpgsqlParameter<string[]> Value(string[] values) => new() { TypedValue = Array.ConvertAll(values, StoredText.Of) };

    public static NpgsqlParameter TextOrNull(string? value) =>
        new() { NpgsqlDbType = NpgsqlDbType.Text, Value = value is null ? DBNull.Value : StoredText.Of(value) };

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
