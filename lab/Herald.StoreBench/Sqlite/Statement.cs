using SQLitePCL;

namespace Herald.StoreBench.Sqlite;

/// <summary>A prepared statement of SQLite, without the layers of ADO.NET, which would cost more than the statement.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public Statement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v2(connection, sql, out _statement));
    }

    /// <param name="place">From 1 on, as in SQLite.</param>
    public Statement Bind(int place, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, place, value));
        return this;
    }

    public Statement Bind(int place, ReadOnlySpan<byte> bytes)
    {
        Check(raw.sqlite3_bind_blob(_statement, place, bytes));
        return this;
    }

    /// <summary>Returns whether there is a row. After the last row the statement can be bound again.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
            return true;
        Reset();
        if (code != raw.SQLITE_DONE)
            Check(code);
        return false;
    }

    /// <summary>Runs a statement that returns no row that matters.</summary>
    public void Run()
    {
        if (Step())
            Reset();
    }

    public void Reset() => _ = raw.sqlite3_reset(_statement);

    /// <param name="column">From 0 on, as in SQLite.</param>
    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw new IOException($"SQLite: {raw.sqlite3_errmsg(_connection).utf8_to_string()} (code {code})");
    }
}
