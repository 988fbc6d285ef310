using System.Buffers.Binary;
using System.Security.Cryptography;
using Herald.Postgres.Connecting;
using Npgsql;

namespace Herald.Postgres.Owning;

/// <summary>
/// A lock that this process holds in the database for as long as it lives: its connection ends with the process, however that ends, and the others then
/// need not wait for the leases to run out.
/// </summary>
internal sealed class NodeSession(TimeProvider time)
{
    /// <summary>Whoever has lost its own connection says nothing of others' for so long: what has cut it off may have cut off all.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private bool _isHeld, _wasLost;
    private long _heldAt;

    /// <summary>Names the lock; of this process alone.</summary>
    public long Key { get; } = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    public bool IsHeld
    {
        get
        {
            lock (_gate)
                return _isHeld;
        }
    }

    /// <summary>A free lock of another node tells that its process has ended.</summary>
    public bool MayJudge
    {
        get
        {
            lock (_gate)
                return !_wasLost || (_isHeld && time.GetElapsedTime(_heldAt) >= Settling);
        }
    }

    /// <summary>Called when the connection has ended, with the lock: the others may take this node for dead.</summary>
    public Action OnLost { get; set; } = () => { };

    /// <returns>False: a connection of this process that is gone has it still, as far as the database knows.</returns>
    public async Task<bool> TryHoldAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command(Dialect.TryHoldSql, Commands.Value(Key));
        var isHeld = await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) is true;
        lock (_gate)
            (_isHeld, _heldAt) = (isHeld, time.GetTimestamp());
        return isHeld;
    }

    /// <returns>Whether it was held.</returns>
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
