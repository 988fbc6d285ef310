namespace Herald.Lab.Benches.Registrations;

/// <param name="Webhooks">Customers that register in a round.</param>
internal sealed record RegistrationsSize(int Customers, int EventsEach, int Webhooks)
{
    public long Events => (long)Customers * EventsEach;

    /// <summary>Deliveries of a round.</summary>
    public long Deliveries => (long)Webhooks * EventsEach;
}
