using System.CommandLine;
using Herald.Cli.Configuration;
using Herald.Hosting.Commands;
using Herald.Lab.Orders;

namespace Herald.Cli.Orders;

/// <summary><c>herald orders</c>: all commands of the orders application.</summary>
internal static class OrdersCommand
{
    public static Command Create(TimeProvider time) => new ExampleCommand(
        "orders", "The orders application: one webhook per customer, with the changes of each order in order.",
        "herald orders serve", "herald orders produce --customers 4 --rate 480")
    {
        OrdersServeCommand.Create(time),
        ConfigCommand.Create(OrdersServeCommand.Application(time)),
        ProduceCommand.Create(time),
    };
}
