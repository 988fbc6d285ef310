using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Herald.Server.Settings;

/// <summary>The options of each section as services, for parts that take their options from the container.</summary>
internal static class RegisteredOptions
{
    public static void Add(IServiceCollection services, ServerOptions options) => services
        .AddSingleton(Options.Create(options))
        .AddSingleton(Options.Create(options.Engine.Intake))
        .AddSingleton(Options.Create(options.Engine))
        .AddSingleton(Options.Create(options.Journal))
        .AddSingleton(Options.Create(options.Postgres))
        .AddSingleton(Options.Create(options.Webhooks))
        .AddSingleton(Options.Create(options.Kafka))
        .AddSingleton(Options.Create(options.Nats));
}
