namespace Herald.Cli.Benching.Reporting;

/// <param name="Name">For people.</param>
/// <param name="Suffix">What names of JSON fields end with.</param>
internal sealed record Unit(string Name, string Suffix)
{
    public static readonly Unit EventsPerSecond = new("events/s", "per_s");
    public static readonly Unit DeliveriesPerSecond = new("deliveries/s", "per_s");
}
