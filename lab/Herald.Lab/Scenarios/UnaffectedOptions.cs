using Herald.Lab.Processes;
using Herald.Orders.Commands;

namespace Herald.Lab.Scenarios;

/// <param name="Rate">Events per second for each customer.</param>
/// <param name="OpenOrders">Open orders of each customer.</param>
/// <param name="Kafka">An existing Kafka for that entrance; null for a throw-away one.</param>
/// <param name="Json">The file for the figures; null for none.</param>
internal sealed record UnaffectedOptions(
    StoreChoice Store, int Nodes, Entrance Via, KafkaPlace? Kafka, double Rate, int OpenOrders, PhasePlan Plan, FileInfo? Json, int Seed,
    bool Plain);
