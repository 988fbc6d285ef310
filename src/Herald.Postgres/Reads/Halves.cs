using Herald.Postgres.Connections;

namespace Herald.Postgres.Reads;

/// <summary>Reads rows of which the database may be unable to read some.</summary>
/// <remarks>
/// A statement that touches such a row fails as a whole. So the rows are read again in halves, until each unreadable row is alone.
/// </remarks>
internal static class Halves
{
    /// <param name="read">Runs a statement for some of the rows, on a connection of its own, because the client closes a connection that
    /// has met damage. It can be called again for the same rows.</param>
    /// <param name="unreadable">Called for each row that cannot be read.</param>
    public static async Task ReadAsync<T>(T[] wanted, Func<T[], Task> read, Func<T, Task> unreadable)
    {
        if (wanted.Length == 0)
            return;
        try
        {
            await read(wanted).ConfigureAwait(false);
            return;
        }
        catch (Exception failure) when (Failures.IsDamage(failure))
        {
            // Handled below, so that no connection is held meanwhile.
        }
        if (wanted.Length == 1)
        {
            await unreadable(wanted[0]).ConfigureAwait(false);
            return;
        }
        var half = wanted.Length / 2;
        await ReadAsync(wanted[..half], read, unreadable).ConfigureAwait(false);
        await ReadAsync(wanted[half..], read, unreadable).ConfigureAwait(false);
    }

    public static Task ReadAsync<T>(T[] wanted, Func<T[], Task> read, Action<T> unreadable) => ReadAsync(
        wanted, read,
        one =>
        {
            unreadable(one);
            return Task.CompletedTask;
        });
}
