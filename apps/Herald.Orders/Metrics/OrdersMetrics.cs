using System.Diagnostics.Metrics;

namespace Herald.Orders.Metrics;

/// <summary>The application's counters on this node.</summary>
internal sealed class OrdersMetrics : IDisposable
{
    private readonly Meter _meter = new("Herald.Orders");
    private readonly Counter<long> _registrations, _heartbeats;

    public OrdersMetrics(Func<long> customersWatched)
    {
        _registrations = _meter.CreateCounter<long>(
            "herald_orders_registrations_total",
            description: "Registrations of handlers, by result: given, taken-over, lost to another handler, or idle.");
        _heartbeats = _meter.CreateCounter<long>(
            "herald_orders_heartbeats_total", description: "Heartbeats of handlers, by whether the handler still had its customer.");
        _meter.CreateObservableGauge(
            "herald_orders_customers_watched", customersWatched,
            description: "Customers with events that this node keeps in memory for handlers that register themselves.");
    }

    public void Given(bool tookOver) => Registered(tookOver ? "taken-over" : "given");

    public void Lost() => Registered("lost");

    public void Idle() => Registered("idle");

    public void Heartbeat(bool accepted) =>
        _heartbeats.Add(1, new KeyValuePair<string, object?>("result", accepted ? "accepted" : "superseded"));

    public void Dispose() => _meter.Dispose();

    private void Registered(string result) => _registrations.Add(1, new KeyValuePair<string, object?>("result", result));
}
