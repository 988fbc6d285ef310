using System.Buffers.Binary;
using System.Security.Cryptography;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Leases;

/// <summary>A lock in the database that this process holds for as long as it lives.</summary>
/// <remarks>
/// Its connection ends with the process, however the process ends. So other nodes need not wait for the leases to run out.
/// </remarks>
internal sealed class NodeSession(TimeProvider time)
{
    /// <summary>How long a node that has lost its own connection does not judge others: the cause may have cut off all of them.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private bool _isHeld, _wasLost;
    private long _heldAt;

    /// <summary>The key of the lock, drawn for this process.</summary>
    public long Key { get; } = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    public bool IsHeld
    {
        get
        {
            lock (_gate)
                return _isHeld;
        }
    }

    /// <summary>Whether this node may conclude from another node's free lock that its process has ended.</summary>
    public bool MayJudge
    {
        get
        {
            lock (_gate)
                return !_wasLost || (_isHeld && time.GetElapsedTime(_heldAt) >= Settling);
        }
    }

    /// <summary>Called when the connection has ended, and the lock with it: other nodes can now take this node for dead.</summary>
    public Action OnLost { get; set; } = () => { };

    /// <returns>False when the database still counts the lock as held by a previous connection of this process.</returns>
    public async Task<bool> TryHoldAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command(Dialect.TryHoldSql, Commands.Value(Key));
        var isHeld = await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) is true;
        lock (_gate)
            (_isHeld, _heldAt) = (isHeld, time.GetTimestamp());
        return isHeld;
    }

    /// <returns>Whether the lock was held.</returns>
    public bool Lose()
    {
        lock (_gate)
        {
            if (!_isHeld)
                return false;
            (_isHeld, _wasLost) = (false, true);
        }
        OnLost();
        return true;
    }
}
