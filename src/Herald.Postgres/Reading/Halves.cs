using Herald.Postgres.Connecting;

namespace Herald.Postgres.Reading;

/// <summary>
/// For rows of which the database may be unable to read some back: a statement that touches such a row fails as a whole, so what was asked
/// for together is asked for again by halves, until those that cannot be read are alone.
/// </summary>
internal static class Halves
{
    /// <param name="read">
    /// Runs a statement for some of them, on a connection of its own, since the client closes one that has met damage. May be called again
    /// for the same.
    /// </param>
    /// <param name="unreadable">Called for each that cannot be read back.</param>
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
            // Below: a connection should not be held meanwhile.
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
