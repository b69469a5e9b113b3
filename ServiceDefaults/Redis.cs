using Agent.Resp;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults;

static class Redis
{
    public static void AddRedis(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => RespOptions.Parse(
            services.GetRequiredService<IConfiguration>().GetConnectionString("redis")
            ?? throw new Starting.SettingsException("ConnectionStrings__redis is not set. Set it to host:port[,password=…], or start the suite with `dotnet run --project AppHost`, which brings a server.")));
        builder.Services.AddSingleton(services => new RespConnection(services.GetRequiredService<RespOptions>()));
        builder.Services.AddSingleton(services => new RespSubscriber(services.GetRequiredService<RespOptions>()));
    }
}
