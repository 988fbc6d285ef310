using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Herald.Extending.Tests.Visits;

/// <summary>An application with a table, a setting and an address of its own: it counts the events of each key in PostgreSQL.</summary>
public sealed class VisitsModule : IApplicationModule
{
    public string Name => "visits";

    public string Purpose => "Counts the events of each key.";

    public IReadOnlyList<SettingSection> Sections => [new SettingSection<VisitsOptions>("visits", "Visits", () => new()) { Rules = BrokenRules }];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(_ => ConnectionForm.Parse(options.Get<VisitsOptions>().Connection).CreateDataSource());
        services.AddSingleton<IServerPart, VisitsTables>();
        services.AddSingleton<IChannel, VisitsChannel>();
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) =>
        routes.MapGet("/v1/visits/{key}", async (string key, NpgsqlDataSource database) =>
        {
            await using var command = database.CreateCommand("select count(*)::text from visits.visit where key = $1");
            command.Parameters.AddWithValue(key);
            return Results.Text((string)(await command.ExecuteScalarAsync())!);
        });

    private static IEnumerable<SettingProblem> BrokenRules(VisitsOptions options) =>
        options.Connection is "" or "none" ? [new("connection", "The address of the database is needed.")] : [];
}

public sealed record VisitsOptions
{
    [Setting("The PostgreSQL database of the visits.", IsSecret = true)]
    public string Connection { get; init; } = "Host=127.0.0.1";
}
