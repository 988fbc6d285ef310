namespace Herald.Postgres.Connections;

/// <summary>Waiting times between tries: doubling from 5 ms to 250 ms.</summary>
internal static class BackOff
{
    public static TimeSpan After(int tries) => TimeSpan.FromMilliseconds(Math.Min(250, 5 << Math.Min(tries - 1, 6)));
}
