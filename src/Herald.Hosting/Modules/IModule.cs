using Herald.Engine;
using Herald.Hosting.Settings;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Hosting.Modules;

/// <summary>
/// A part of Herald that can be added and left out: a store, a channel, a broker, a protocol or an application. The command has the one
/// list of modules. docs/extending.md shows how to write a module.
/// </summary>
public interface IModule
{
    /// <summary>The name that operators see, such as <c>kafka</c> or <c>orders</c>.</summary>
    string Name { get; }

    /// <summary>The settings of the module. Its services get the options records as <c>IOptions</c>.</summary>
    IReadOnlyList<SettingSection> Sections => [];

    /// <summary>The module's commands.</summary>
    IReadOnlyList<ModuleCommand> Commands(TimeProvider time) => [];

    /// <summary>
    /// Adds the module's services, once for each server. The server uses all services of these types:
    /// <list type="bullet">
    /// <item><see cref="Engine.Channels.IChannel"/>: a way to deliver. An <see cref="IPreparedChannel"/> is prepared before the engine
    /// starts.</item>
    /// <item><see cref="TopicReader"/>: how the messages of sources for a topic are read.</item>
    /// <item><see cref="Engine.Applications.IApplication"/>: an application in the shards.</item>
    /// <item><see cref="IServerPart"/>, and <see cref="ISourcePart"/>, which starts last and stops first.</item>
    /// <item><see cref="System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver"/>: the types of the module's addresses.</item>
    /// </list>
    /// Services can use <see cref="ServerExposure"/>, <see cref="TimeProvider"/>, <see cref="Random"/> and the log. The container disposes
    /// what it creates, in reverse order.
    /// </summary>
    void AddServices(IServiceCollection services, BoundOptions options) { }

    /// <summary>Maps the module's addresses. Called once, after all parts have started.</summary>
    void Map(IEndpointRouteBuilder routes, HeraldEngine engine) { }
}
