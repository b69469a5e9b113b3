using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults.Http;

/// <summary>HTTP clients for the suite's own services.</summary>
public static class ServiceClients
{
    /// <summary>A named <see cref="HttpClient"/> for a service: its address from discovery (<c>services__name__http__0</c>), the internal key with each request.
    /// Without an address the client's requests fail and name the setting.</summary>
    public static IHttpClientBuilder AddServiceClient(this WebApplicationBuilder builder, string service) =>
        builder.Services.AddHttpClient(service, (services, client) =>
        {
            var configuration = services.GetRequiredService<IConfiguration>();
            client.BaseAddress = configuration[$"services:{service}:http:0"] is { Length: > 0 } address
                ? new Uri(address)
                : throw new InvalidOperationException($"services__{service}__http__0 is not set: it is the address of {service}.");
            client.DefaultRequestHeaders.Add(InternalKey.Header, configuration[InternalKey.Setting]);
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) });
}
