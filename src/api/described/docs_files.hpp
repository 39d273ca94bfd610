#pragma once

#include <string_view>

namespace pelton::api {

/// The files of the page at /docs (web/docs.html and web/swagger-ui), in gzip's format, built into the program.
std::string_view docs_page() noexcept;
std::string_view docs_style() noexcept;
std::string_view docs_bundle() noexcept;
std::string_view docs_start() noexcept;
std::string_view docs_bundle_licences() noexcept;
std::string_view docs_licence() noexcept;
std::string_view docs_notice() noexcept;

}  // namespace pelton::api
