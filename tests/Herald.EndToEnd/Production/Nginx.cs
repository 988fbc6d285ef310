using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Herald.LocalServers;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.EndToEnd.Production;

/// <summary>nginx with the configuration of docs/production.md. Only addresses and paths are other ones.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder;
    private readonly OtherProgram _program;
    private readonly Uri _address;
    private readonly string _certificate;

    private Nginx(DirectoryInfo folder, OtherProgram program, int port, string certificate) =>
        (_folder, _program, _address, _certificate) = (folder, program, new Uri($"https://localhost:{port}"), certificate);

    public string Output => _program.Output;

    /// <summary>Skips the test when nginx is not installed.</summary>
    public static async Task<Nginx> StartAsync(Uri herald, CancellationToken cancel)
    {
        Assert.SkipWhen(Find() is null, "THE NGINX OF docs/production.md WAS NOT TESTED: there is no nginx here. Install nginx.");
        var port = FreePort.Find();
        var folder = Directory.CreateTempSubdirectory("herald-nginx-");
        using var certificate = TestCertificate.Create();
        using var key = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "herald.crt"), certificate.ExportCertificatePem(), cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "herald.key"), key.ExportPkcs8PrivateKeyPem(), cancel);
        var server = ProductionPage.Replace(
            await ProductionPage.ReadNginxAsync(cancel), ("127.0.0.1:8090", herald.Authority),
            ("listen 443", string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{port}")), ("/etc/nginx/", $"{folder.FullName}/"));
        var file = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(
            file,
            $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            worker_processes 1;
            pid {{folder.FullName}}/pid;
            error_log stderr;
            events { }
            http {
                access_log off;
                client_body_temp_path {{folder.FullName}}/body;
                proxy_temp_path {{folder.FullName}}/proxy;
                fastcgi_temp_path {{folder.FullName}}/fastcgi;
                uwsgi_temp_path {{folder.FullName}}/uwsgi;
                scgi_temp_path {{folder.FullName}}/scgi;
            {{server}}
            }
            """,
            cancel);
        var program = OtherProgram.TryStart(folder.FullName, Find()!, ["-p", folder.FullName, "-e", "stderr", "-c", file])!;
        var nginx = new Nginx(folder, program, port, certificate.GetCertHashString());
        try
        {
            await Listening.UntilAsync(port, Patience, () => program.HasExited, cancel);
            return nginx;
        }
        catch (TimeoutException failure)
        {
            await nginx.DisposeAsync();
            throw new InvalidOperationException($"{failure.Message}\n{nginx.Output}", failure);
        }
    }

    /// <summary>A client of Herald through nginx. It accepts only the certificate of this test.</summary>
    public HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == _certificate;
        return new HttpClient(handler) { BaseAddress = _address };
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // Debian puts it into a folder that is only in root's PATH.
    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);
}
