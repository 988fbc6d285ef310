using System.CommandLine;
using Herald.Cli.Serve;
using Herald.Lab.Orders;
using Herald.Orders;
using Herald.Orders.Readers;

namespace Herald.Cli.Orders;

/// <summary><c>herald orders serve</c>: a server with the orders application, with the settings of <c>herald serve</c>.</summary>
internal static class OrdersServeCommand
{
    public static Command Create(TimeProvider time) => ServeCommand.Create(
        "Runs a server with the orders application. SIGTERM or Ctrl-C stops it cleanly; a second signal ends it at once.",
        Application(time), time,
        "herald orders serve", "herald orders serve --kafka 127.0.0.1:9092",
        "herald orders serve --store postgres --connection postgres://herald@127.0.0.1/herald --kafka 127.0.0.1:9092");

    public static ServedApplication Application(TimeProvider time)
    {
        var kafka = new KafkaOptionSet(
            "The Kafka brokers to read changes of orders from, such as 127.0.0.1:9092. It sets kafka.clusters.orders and kafka.sources.");
        return new()
        {
            CommandLine = "herald orders",
            Parts = (_, logging) => [new OrdersPart(time, logging)],
            ReaderOf = topic => topic == OrderEvents.Topic ? new OrderReader() : null,
            Defaults = new Dictionary<string, string> { ["kafka.group"] = KafkaOptionSet.DefaultGroup },
            AddOptions = kafka.AddForServerTo,
            Given = kafka.Settings,
        };
    }
}
