namespace Herald.Lab.Benches.Registrations;

/// <param name="Webhooks">The number of customers that register in a round.</param>
internal sealed record RegistrationsSize(int Customers, int EventsEach, int Webhooks)
{
    public long Events => (long)Customers * EventsEach;

    /// <summary>The number of deliveries in a round.</summary>
    public long Deliveries => (long)Webhooks * EventsEach;
}
