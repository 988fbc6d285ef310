using System.CommandLine;
using Herald.Cli.Serving;
using Herald.Orders;

namespace Herald.Cli.Orders;

/// <summary><c>herald orders serve</c>: a server with the orders application, with the settings of <c>herald serve</c>.</summary>
internal static class OrdersServeCommand
{
    public static Command Create(TimeProvider time) => ServeCommand.Create(
        "Runs a server with the orders application. SIGTERM or Ctrl-C stops it cleanly; a second one ends it at once.",
        // Sources of messages are parts too: they come after the application, which makes sure of their topic.
        logging => [new OrdersPart(time, logging)], time,
        "herald orders serve", "herald orders serve --store postgres --connection postgres://herald@127.0.0.1/herald");
}
