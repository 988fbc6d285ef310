using Herald.Alarms.Hosting;
using Herald.Engine.Basics;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Orders.Hosting;
using Herald.Server.Security;
using Herald.Server.Tests.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Server.Tests.Security;

public sealed class ScopeTests
{
    private static readonly Admission Nobody = Admission.Unknown(new(ProblemKind.Unauthorized, "Who are you?"));

    [Fact]
    public async Task Every_address_of_server_and_applications_says_who_can_call_it()
    {
        var routes = new MappedRoutes();
        await using var server = new RunningServer
        {
            More = [new OrdersModule(), new AlarmsModule(), routes],
            With = options => options.With<ServerOptions>(own => own with { Applications = ["orders", "alarms"] }),
        };
        await server.InitializeAsync();
        var all = routes.All.ToLookup(route => route.Metadata.GetMetadata<ScopeDemand>(), route => route.RoutePattern.RawText!.TrimEnd('/'));
        Assert.Empty(all[null]);
        Assert.Equal(["", "/healthz", "/openapi.json", "/readyz"], all[ScopeDemand.Anyone].Order(StringComparer.Ordinal));
        Assert.Contains("/v1/orders/registrations", all.SelectMany(group => group));
        Assert.Contains("/v1/alarms/users/{user}", all.SelectMany(group => group));
    }

    [Theory]
    [InlineData(Scopes.Publish, Scopes.Publish, true)]
    [InlineData(Scopes.Publish, Scopes.All, true)]
    [InlineData(Scopes.Publish, Scopes.All & ~Scopes.Publish, false)]
    [InlineData(Scopes.Operate, Scopes.Read, false)]
    [InlineData(Scopes.Operate, Scopes.None, false)]
    public async Task A_caller_gets_through_with_the_scope_that_the_address_demands(Scopes demanded, Scopes had, bool passes)
    {
        var (status, text) = await CallAsync(CallerWith(had), RouteWith(ScopeDemand.For(demanded)));
        Assert.Equal(passes ? 200 : 403, status);
        if (!passes)
        {
            Assert.Contains("missing-scope", text, StringComparison.Ordinal);
            Assert.Contains($"'{ScopeNames.Of(demanded)}'", text, StringComparison.Ordinal);
            Assert.Contains("'somebody'", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_caller_gets_to_open_addresses_only()
    {
        Assert.Equal(200, (await CallAsync(Nobody, RouteWith(ScopeDemand.Anyone))).Status);
        Assert.Equal(401, (await CallAsync(Nobody, RouteWith(ScopeDemand.For(Scopes.Read)))).Status);
        Assert.Equal(401, (await CallAsync(Nobody, RouteWith())).Status);
        Assert.Equal(401, (await CallAsync(Nobody, null)).Status);
    }

    [Fact]
    public async Task An_address_that_forgot_to_say_it_demands_all_scopes()
    {
        Assert.Equal(200, (await CallAsync(CallerWith(Scopes.All), RouteWith())).Status);
        Assert.Equal(403, (await CallAsync(CallerWith(Scopes.All & ~Scopes.Admin), RouteWith())).Status);
    }

    [Fact]
    public async Task An_address_that_does_not_exist_demands_a_caller_and_no_scope() =>
        Assert.Equal(200, (await CallAsync(CallerWith(Scopes.None), null)).Status);

    [Fact]
    public async Task The_demand_of_a_route_counts_more_than_that_of_its_group()
    {
        var route = RouteWith(ScopeDemand.For(Scopes.Admin), ScopeDemand.For(Scopes.Read));
        Assert.Equal(200, (await CallAsync(CallerWith(Scopes.Read), route)).Status);
    }

    [Fact]
    public async Task A_route_finds_its_caller_in_the_request()
    {
        var context = new DefaultHttpContext();
        context.Features.Set(CallerWith(Scopes.All));
        Caller? seen = null;
        await new ScopeGate(inner =>
        {
            seen = inner.Features.Get<Caller>();
            return Task.CompletedTask;
        }).InvokeAsync(context);
        Assert.Equal(("somebody", (TenantId?)default(TenantId)), (seen?.Name, seen?.Tenant));
    }

    [Fact]
    public void A_demand_for_no_scope_must_say_that_anyone_can_call() => Assert.Throws<ArgumentException>(() => ScopeDemand.For(Scopes.None));

    [Fact]
    public void Scopes_are_named_in_lower_case() => Assert.Equal("publish subscribe read operate admin", ScopeNames.Of(Scopes.All));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Admitting_a_publish_request_allocates_nothing(bool withToken)
    {
        var rules = new AccessRules(withToken ? "a-token-of-some-length"u8.ToArray() : null, isLocal: true, NullLogger.Instance);
        var request = new DefaultHttpContext().Request;
        request.Headers.Host = "localhost:8090";
        request.Headers.Authorization = "Bearer a-token-of-some-length";
        var demand = ScopeDemand.For(Scopes.Publish);
        Assert.Null(rules.Admit(request).Refuse(demand));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            rules.Admit(request).Refuse(demand);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static Admission CallerWith(Scopes scopes) => Admission.Of(new("somebody", default, scopes));

    private static RouteEndpoint RouteWith(params ScopeDemand[] demands) =>
        new(_ => Task.CompletedTask, RoutePatternFactory.Parse("/v1/some"), 0, new EndpointMetadataCollection(demands), "some");

    private static async Task<(int Status, string Text)> CallAsync(Admission admission, Endpoint? endpoint)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Features.Set(admission);
        context.SetEndpoint(endpoint);
        await new ScopeGate(_ => Task.CompletedTask).InvokeAsync(context);
        return (context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
