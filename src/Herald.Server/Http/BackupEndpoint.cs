using System.ComponentModel;
using Herald.Hosting.Access;
using Herald.Hosting.Modules;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Http;

/// <summary>
/// <c>POST /v1/backup</c>: copies the store while it runs. It writes into any directory of the server, so only administrators can call it.
/// </summary>
internal sealed class BackupEndpoint(OpenStore store)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/backup", BackupAsync).RequireScope(Scopes.Admin).WithTags("operate").WithName("backup").WithSummary(
            "Copy the store into a directory on the server")
            .WithDescription("The copy is consistent and is a data directory. To restore it, start a server on it.");

    private async Task<Results<Ok<BackupWire>, Problem>> BackupAsync(Body<BackupBody> body, CancellationToken cancel)
    {
        if (store.Backup is not { } backup)
            return new Problem(ProblemKind.NotSupported, store.OwnBackup);
        var directory = body.Value.Directory;
        if (!Path.IsPathFullyQualified(directory))
            return Problem.Invalid("/directory", directory, "Give an absolute path on the server.");
        try
        {
            await backup(directory, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Problem.Invalid("/directory", directory, $"Give a new or empty directory that the server can write to ({e.Message}).");
        }
        return TypedResults.Ok(new BackupWire { Directory = directory });
    }
}

internal sealed record BackupBody
{
    [Description("The absolute path of a new or empty directory on the server.")]
    public required string Directory { get; set; }
}

internal sealed record BackupWire
{
    public required string Directory { get; set; }
}
