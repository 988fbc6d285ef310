using System.Net.Sockets;
using Herald.Hosting.Commands;
using Herald.Postgres.Migrations;
using Npgsql;

namespace Herald.Postgres.Hosting.Commands;

/// <summary>Turns failures of PostgreSQL into exit codes and messages.</summary>
internal static class DatabaseFailure
{
    public static ExitCode CodeOf(MigrationFault fault) => fault switch
    {
        MigrationFault.Refused => ExitCode.Refused,
        MigrationFault.Busy => ExitCode.Unavailable,
        MigrationFault.Failed => ExitCode.Failed,
    };

    public static ExitCode CodeOf(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege =>
            ExitCode.NotAllowed,
        PostgresErrorCodes.InvalidCatalogName => ExitCode.NotFound,
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown => ExitCode.Unavailable,
        _ => ExitCode.Failed,
    };

    /// <summary>The innermost cause. The outer messages of Npgsql only name the server, which the command prints anyway.</summary>
    public static string Reason(NpgsqlException failure) => failure.GetBaseException() switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
        SocketException { SocketErrorCode: SocketError.HostNotFound } => "unknown host",
        TimeoutException => "no answer in time",
        var other => other.Message.TrimEnd('.'),
    };
}
