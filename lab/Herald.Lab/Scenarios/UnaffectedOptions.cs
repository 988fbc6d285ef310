using Herald.Lab.Orders;
using Herald.Lab.Processes;

namespace Herald.Lab.Scenarios;

/// <param name="Rate">Events a second for each customer.</param>
/// <param name="OpenOrders">Of each customer.</param>
/// <param name="Kafka">One that is there, for the entrance of that name; null for one to throw away.</param>
/// <param name="Json">Where the figures are written; null for nowhere.</param>
internal sealed record UnaffectedOptions(
    StoreChoice Store, int Nodes, Entrance Via, KafkaPlace? Kafka, double Rate, int OpenOrders, PhasePlan Plan, FileInfo? Json, int Seed, bool Plain);
